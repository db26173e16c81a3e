package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

// runProduct answers with the project's own matcher: what it answers at once is
// the only hit, what it offers or asks between are the hits in its order, and
// anything else is no answer.
func runProduct(args []string) error {
	var t task
	f := flag.NewFlagSet("product", flag.ContinueOnError)
	t.flags(f)
	atOnce := f.Bool("at-once", false, "count only what is answered at once: offered choices are no answer")
	untaught := f.Bool("untaught", false, "take the learning wordings away and fit anew")
	if err := f.Parse(args); err != nil {
		return err
	}
	oneCore()
	name, files := "doithoai", quangngai.FS()
	if *atOnce {
		name += "-at-once"
	}
	if *untaught {
		name += "-untaught"
		folder, err := withoutLearning(files)
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(folder) }() // a temporary folder
		files = os.DirFS(folder)
	}
	begin := time.Now()
	base, report := knowledge.Load(files)
	if base == nil {
		return fmt.Errorf("load the base: %v", report.Faults)
	}
	matcher := knowledge.NewMatcher(base, nil)
	h := header{Engine: name, Version: "base " + base.Version(), Entries: len(base.IDs()), Build: time.Since(begin).Seconds()}
	on := today()
	return t.run(h, func(text string) ([]hit, error) {
		d := matcher.Ask(knowledge.Query{Text: text, On: on})
		switch {
		case d.Act == knowledge.ActAnswer:
			return []hit{{d.Entry, d.Confidence}}, nil
		case !*atOnce && (d.Act == knowledge.ActClarify || d.Act == knowledge.ActAsk):
			var top []hit
			for _, c := range d.Candidates {
				top = append(top, hit{c.ID, c.Score})
			}
			return top, nil
		}
		return nil, nil
	})
}

// withoutLearning copies a base, but for the wordings it learns from and the
// models fitted to them, and returns the folder.
func withoutLearning(files fs.FS) (string, error) {
	folder, err := os.MkdirTemp("", "peers")
	if err != nil {
		return "", err
	}
	err = os.CopyFS(folder, files)
	for _, name := range []string{"cau_hoi_hoc", "mo_hinh.bin", "embed.go"} {
		err = errors.Join(err, os.RemoveAll(filepath.Join(folder, name)))
	}
	return folder, err
}
