package knowledge

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
)

// amountIndex finds figures by value: money in đồng under "đ", percentages
// under "%".
type amountIndex map[string][]string

func amountKey(kind string, x *big.Rat) string { return kind + x.RatString() }

func (c *checker) amounts() amountIndex {
	index := amountIndex{}
	for _, f := range c.b.Figures {
		kind := ""
		switch {
		case strings.HasPrefix(f.Unit, "đồng"):
			kind = "đ"
		case strings.HasPrefix(f.Unit, "%"):
			kind = "%"
		default:
			continue // "3 năm", "15 kg": the same number means too many things
		}
		for _, v := range f.Values {
			if key := amountKey(kind, v.Amount); !slices.Contains(index[key], f.ID) {
				index[key] = append(index[key], f.ID)
			}
		}
	}
	return index
}

// bareAmount finds "2.530.000", "500000 đồng", "1,5 triệu", "540 nghìn",
// "4,5%".
var bareAmount = regexp.MustCompile(`(\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?)(?:\s*(%|tỷ|tỉ|triệu rưỡi|triệu|nghìn|ngàn|đồng|đ))?`)

func (c *checker) checkAmounts(e *entryDoc, t textDoc, p piece, index amountIndex) {
	for _, m := range bareAmount.FindAllStringSubmatchIndex(p.text, -1) {
		number, unit := p.text[m[2]:m[3]], ""
		if m[4] >= 0 {
			unit = p.text[m[4]:m[5]]
		}
		x, _, err := ParseAmount(number)
		if err != nil {
			continue
		}
		kind, scale := "đ", int64(1)
		switch unit {
		case "%":
			kind = "%"
			x = new(big.Rat).Quo(x, big.NewRat(100, 1))
		case "tỷ", "tỉ":
			scale = 1_000_000_000
		case "triệu rưỡi":
			x = new(big.Rat).Add(x, big.NewRat(1, 2))
			scale = 1_000_000
		case "triệu":
			scale = 1_000_000
		case "nghìn", "ngàn":
			scale = 1000
		case "":
			if !strings.Contains(number, ".") {
				continue
			}
		}
		x = new(big.Rat).Mul(x, big.NewRat(scale, 1))
		ids := index[amountKey(kind, x)]
		if len(ids) == 0 {
			continue
		}
		at := t.node.PosAt(p.offset + m[0])
		message := fmt.Sprintf("«%s» là một con số có trong so_lieu.yaml; viết thẳng ra thì khi luật đổi câu này sẽ sai.", p.text[m[0]:m[1]])
		cure := "Thay bằng {" + strings.Join(ids[:min(len(ids), 4)], "} hoặc {") + "}; nếu là con số khác thì thêm một số liệu mới vào so_lieu.yaml."
		if kind == "%" && x.Num().Cmp(x.Denom()) == 0 {
			continue // "100%" is said of everything
		}
		if kind == "%" && !strings.Contains(number, ",") {
			c.warn(e.File, at, "bare-percent", message, cure)
			continue
		}
		c.err(e.File, at, "bare-amount", message, cure)
	}
}
