package strictyaml

import (
	"strings"
	"unicode/utf8"
)

// Position is a place in a file; both numbers start at 1, columns count
// characters.
type Position struct{ Line, Column int }

// Kind tells what a [Node] holds.
type Kind int

// The kinds of a node.
const (
	Text Kind = iota
	Map
	List
)

// Node is a value with its place. Only the fields of its kind are set.
type Node struct {
	Kind  Kind
	Text  string  // NFC, without outer white space
	Pairs []Pair  // in the order of the file, no two with the same Folded
	Items []*Node // in the order of the file

	start  Position // of the first character of Text, or of the first key or dash
	block  bool     // a "|" block: its lines are lines of the file
	quoted bool
	source []string // lines of the file
}

// Pair is a key and its value.
type Pair struct {
	Key    string // as written
	Folded string // see [Fold]
	At     Position
	Value  *Node
}

// Line is one line of a text.
type Line struct {
	Text string
	At   Position
}

// At returns where the node starts.
func (n *Node) At() Position { return n.start }

// Get returns the value of a key, given in any spelling, or nil.
func (n *Node) Get(key string) *Node {
	folded := Fold(key)
	for _, p := range n.Pairs {
		if p.Folded == folded {
			return p.Value
		}
	}
	return nil
}

// Lines returns the lines of a text that are not blank, without outer space.
func (n *Node) Lines() []Line {
	var lines []Line
	offset := 0
	for text := range strings.SplitSeq(n.Text, "\n") {
		trimmed := strings.TrimSpace(text)
		if trimmed != "" {
			lines = append(lines, Line{trimmed, n.PosAt(offset + strings.Index(text, trimmed))})
		}
		offset += len(text) + 1
	}
	return lines
}

// PosAt returns the place of the byte of Text at offset. In a text that is
// neither a block nor on one line it is the start of the text: YAML has joined
// the lines.
func (n *Node) PosAt(offset int) Position {
	offset = min(max(offset, 0), len(n.Text))
	before := n.Text[:offset]
	if !n.block {
		if strings.Contains(before, "\n") || n.start.Line > len(n.source) || !strings.Contains(n.source[n.start.Line-1], n.Text) {
			return n.start
		}
		return Position{n.start.Line, n.start.Column + utf8.RuneCountInString(before)}
	}
	row := strings.Count(before, "\n")
	from := strings.LastIndexByte(before, '\n') + 1
	line := n.start.Line + row
	if row == 0 || line > len(n.source) {
		return Position{line, n.start.Column + utf8.RuneCountInString(before[from:])}
	}
	text := n.Text[from:]
	indent := countSpaces(n.source[line-1]) - countSpaces(text)
	return Position{line, max(indent, 0) + utf8.RuneCountInString(before[from:]) + 1}
}

func countSpaces(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }
