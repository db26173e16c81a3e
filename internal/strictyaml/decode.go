package strictyaml

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"
)

// Decode reads one file. The node is nil if the file cannot be read at all;
// otherwise it holds everything that could be read, and the faults, in the
// order of the file, tell what is wrong with the rest. Faults that are errors
// may come with a node, so that the caller can look for more faults.
func Decode(data []byte) (*Node, []Fault) {
	text, faults := clean(data)
	if text == "" {
		return nil, faults
	}
	lines := strings.Split(text, "\n")
	scanned := scan(lines)
	faults = append(faults, scanAlways(scanned)...)
	root, err := parse(text)
	if err != nil {
		faults = append(faults, diagnose(scanned, err, hasError(faults))...)
		if root, err = parse(withoutTabs(scanned)); err != nil {
			return nil, sorted(faults)
		}
	}
	d := &decoder{lines: lines, faults: faults}
	if root.Kind != yaml.DocumentNode || len(root.Content) == 0 {
		d.fail(Position{1, 1}, "empty", "Tệp không có nội dung, chỉ có ghi chú.", "Viết nội dung vào, hoặc xóa tệp này.")
		return nil, sorted(d.faults)
	}
	node := d.node(root.Content[0])
	return node, sorted(d.faults)
}

// parse runs yaml.v3 on the text. Decoding into a yaml.Node never expands an
// alias.
func parse(text string) (root *yaml.Node, err error) {
	defer func() {
		// yaml.v3 is unmaintained; what it does on hostile input is not ours to trust.
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	root = new(yaml.Node)
	dec := yaml.NewDecoder(strings.NewReader(text))
	if err := dec.Decode(root); err != nil {
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		return nil, err
	}
	var more yaml.Node
	if err := dec.Decode(&more); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return root, nil
}

// decoder turns yaml.v3's tree into ours.
type decoder struct {
	lines  []string
	faults []Fault
}

func (d *decoder) fail(at Position, code, message, cure string) {
	d.faults = append(d.faults, Fault{at, false, code, message, cure})
}

func (d *decoder) node(y *yaml.Node) *Node {
	n := &Node{start: Position{max(y.Line, 1), max(y.Column, 1)}, source: d.lines}
	if y.Anchor != "" || y.Kind == yaml.AliasNode {
		d.fail(n.start, "alias", "Dấu & hoặc * ở đầu chữ có nghĩa riêng trong tệp này, không dùng được.",
			"Bỏ dấu đó đi; muốn giữ thì viết sau dấu | rồi xuống dòng.")
	}
	if y.Style&yaml.TaggedStyle != 0 {
		d.fail(n.start, "tag", "Dấu ! ở đầu chữ có nghĩa riêng trong tệp này, không dùng được.",
			"Bỏ dấu ! đi; muốn giữ thì viết sau dấu | rồi xuống dòng.")
	}
	switch y.Kind {
	case yaml.MappingNode:
		d.mapping(n, y)
	case yaml.SequenceNode:
		n.Kind = List
		if d.flow(n, y) {
			break
		}
		for _, item := range y.Content {
			n.Items = append(n.Items, d.node(item))
		}
	case yaml.ScalarNode:
		d.scalar(n, y)
	}
	return n
}

// flow refuses [a, b] and {a: b}; what is inside is not looked at.
func (d *decoder) flow(n *Node, y *yaml.Node) bool {
	if y.Style&yaml.FlowStyle == 0 {
		return false
	}
	if y.Kind == yaml.SequenceNode {
		d.fail(n.start, "flow", "Danh sách viết trong ngoặc vuông [ ] không dùng được (dấu phẩy, dấu hỏi bên trong dễ sai).",
			"Viết dấu | sau dấu hai chấm, rồi mỗi mục một dòng, lùi vào hai dấu cách.")
	} else {
		d.fail(n.start, "flow", "Ngoặc nhọn { } ở đầu chữ không dùng được.",
			"Viết dấu | sau dấu hai chấm, rồi xuống dòng, lùi vào hai dấu cách và viết chữ ở đó.")
	}
	n.Kind = Text
	return true
}

func (d *decoder) mapping(n *Node, y *yaml.Node) {
	n.Kind = Map
	if d.flow(n, y) {
		return
	}
	seen := map[string]Pair{}
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		at := Position{max(key.Line, 1), max(key.Column, 1)}
		if key.Kind != yaml.ScalarNode || key.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			d.fail(at, "key", "Chỗ này phải là một khóa ngắn (ví dụ «tên:»), không phải danh sách hay đoạn văn.",
				"Xem lại dấu ?, dấu - và dấu hai chấm ở dòng này.")
			continue
		}
		pair := Pair{Key: key.Value, Folded: Fold(key.Value), At: at, Value: d.node(value)}
		if key.Anchor != "" {
			d.fail(at, "alias", "Dấu & ở đầu khóa không dùng được.", "Bỏ dấu & đi.")
		}
		if first, ok := seen[pair.Folded]; ok {
			d.fail(at, "duplicate", fmt.Sprintf("Khóa «%s» đã có ở dòng %d.", pair.Key, first.At.Line),
				"Giữ lại một khóa, gộp nội dung của hai chỗ vào đó.")
			continue
		}
		seen[pair.Folded] = pair
		n.Pairs = append(n.Pairs, pair)
	}
}

func (d *decoder) scalar(n *Node, y *yaml.Node) {
	n.Kind = Text
	n.quoted = y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0
	n.block = y.Style&yaml.LiteralStyle != 0
	if y.Style&yaml.FoldedStyle != 0 {
		d.fail(n.start, "folded", "Dấu > nối các dòng lại thành một, dễ mất xuống dòng.", "Đổi dấu > thành dấu |.")
	}
	var rows []string
	for row := range strings.SplitSeq(y.Value, "\n") {
		rows = append(rows, strings.TrimRight(row, " \t"))
	}
	if n.block {
		first := 0
		for first < len(rows)-1 && rows[first] == "" {
			first++
		}
		rows = rows[first:]
		line := n.start.Line + 1 + first
		if line <= len(d.lines) && rows[0] != "" {
			n.start = Position{line, countSpaces(d.lines[line-1]) + 1}
		}
	} else if n.quoted {
		n.start.Column++
	}
	n.Text = strings.TrimSpace(strings.Join(rows, "\n"))
}
