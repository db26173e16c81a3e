// Command peers puts residents' questions to the product and to general search
// engines, and scores all of them in one way. It is a module of its own, so that
// nothing of it can get into the program; README.md tells what is measured.
//
//	peers export EVAL OUT                              what the engines get, from the built-in base
//	peers product [-at-once] [-untaught] …            the product's answers
//	peers bleve -engine NAME -kb FILE …               bleve's answers
//	peers score -questions FILE [-parts] RAW.jsonl …  a table of answers
package main

import (
	"fmt"
	"os"
)

func main() {
	commands := map[string]func([]string) error{"export": runExport, "product": runProduct, "bleve": runBleve, "score": runScore}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: peers export|product|bleve|score …")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "peers %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}
