package knowledge

import (
	"maps"
	"slices"
	"strings"
)

// Frame is what a conversation carries from one message to the next: the entry
// last answered and the slots the resident filled. It holds no text, so a
// stored conversation tells nothing that was written.
type Frame struct {
	Entry   string               `json:"entry,omitempty"`
	Near    []Candidate          `json:"near,omitempty"`    // what the last message was about, likeliest first; may be several after a vague one
	Slots   map[string][]string  `json:"slots,omitempty"`   // lexicon type → values; a denied one starts with «không »
	Numbers map[string][]float64 `json:"numbers,omitempty"` // "tuổi", "km" … → what was said
}

// Types of the lexicon that say something of the person or the place; the
// others (việc, cách, mặt) say what is asked and are never carried.
func isSlot(kind string) bool {
	switch kind {
	case "ai", "nơi", "bậc học", "trường", "bệnh viện", "thẻ", "sự kiện":
		return true
	}
	return false
}

// exclusive groups values of which a person has one: a new one replaces the
// carried one, and «mới thoát nghèo» wins over «nghèo» in the same message.
func exclusive(value string) string {
	switch strings.TrimPrefix(value, "không ") {
	case "nghèo", "cận nghèo", "mới thoát nghèo", "mức sống trung bình":
		return "mức sống"
	case "Kinh", "dân tộc thiểu số", "dân tộc rất ít người":
		return "dân tộc"
	case "học sinh", "sinh viên":
		return "đi học"
	}
	return ""
}

// implied lists what a value says besides itself.
func implied(value string) []string {
	switch value {
	case "khuyết tật đặc biệt nặng":
		return []string{"khuyết tật nặng", "khuyết tật"}
	case "khuyết tật nặng", "khuyết tật nhẹ":
		return []string{"khuyết tật"}
	case "dân tộc rất ít người":
		return []string{"dân tộc thiểu số"}
	case "đặc biệt khó khăn", "khu vực III":
		return []string{"vùng khó khăn"}
	case "thân nhân liệt sĩ":
		return []string{"người có công"}
	case "dân tộc nội trú":
		return []string{"nội trú"}
	}
	return nil
}

// frame collects the slots of a reading as of a day (years of birth need one).
func (r Reading) frame(on Date) Frame {
	f := Frame{Slots: map[string][]string{}, Numbers: map[string][]float64{}}
	for _, c := range r.Concepts {
		if !isSlot(c.Type) {
			continue
		}
		v := c.Value
		if c.Not {
			v = "không " + v
		}
		f.addSlot(c.Type, v)
	}
	for _, n := range r.Numbers {
		switch n.Type {
		case "năm sinh":
			f.addNumber("tuổi", float64(int(on)/10000)-n.Value)
		case "lớp":
			f.addNumber("lớp", n.Value)
			f.addSlot("bậc học", levelOfGrade(n.Value))
		default:
			f.addNumber(n.Type, n.Value)
		}
	}
	f.settle()
	return f
}

func levelOfGrade(grade float64) string {
	switch {
	case grade <= 5:
		return "tiểu học"
	case grade <= 9:
		return "THCS"
	}
	return "THPT"
}

func (f *Frame) addSlot(kind, value string) {
	if !slices.Contains(f.Slots[kind], value) {
		f.Slots[kind] = append(f.Slots[kind], value)
	}
	for _, v := range implied(value) {
		if !slices.Contains(f.Slots[kind], v) {
			f.Slots[kind] = append(f.Slots[kind], v)
		}
	}
}

func (f *Frame) addNumber(kind string, v float64) {
	if !slices.Contains(f.Numbers[kind], v) {
		f.Numbers[kind] = append(f.Numbers[kind], v)
	}
}

// settle removes what the same message overrules: who just left the list is
// not poor any more, whatever the story says of before.
func (f *Frame) settle() {
	ai := f.Slots["ai"]
	has := func(v string) bool { return slices.Contains(ai, v) }
	drop := func(vs ...string) {
		ai = slices.DeleteFunc(ai, func(v string) bool { return slices.Contains(vs, v) })
	}
	if has("mới thoát nghèo") {
		drop("nghèo", "không nghèo")
	}
	if has("không nghèo") && !has("cận nghèo") {
		if !has("không cận nghèo") {
			ai = append(ai, "không cận nghèo")
		}
		drop("nghèo")
	}
	if has("không cận nghèo") && !has("không nghèo") && !has("nghèo") && !has("mới thoát nghèo") {
		ai = append(ai, "không nghèo")
	}
	if len(ai) > 0 {
		f.Slots["ai"] = ai
	}
}

// over lays a new message's frame over the carried one. It returns the union
// and the values that were carried: of ai and nơi always, of everything when the
// message goes on about the same entry.
func (f Frame) over(carried Frame, sameEntry bool) (Frame, []string) {
	out := Frame{Entry: f.Entry, Near: f.Near, Slots: maps.Clone(f.Slots), Numbers: maps.Clone(f.Numbers)}
	if out.Slots == nil {
		out.Slots = map[string][]string{}
	}
	if out.Numbers == nil {
		out.Numbers = map[string][]float64{}
	}
	var kept []string
	for _, kind := range slices.Sorted(maps.Keys(carried.Slots)) {
		if kind != "ai" && kind != "nơi" && !sameEntry {
			continue
		}
		for _, v := range carried.Slots[kind] {
			if conflicts(v, f.Slots[kind]) || kind != "ai" && len(f.Slots[kind]) > 0 {
				continue
			}
			if !slices.Contains(out.Slots[kind], v) {
				out.Slots[kind] = append(slices.Clone(out.Slots[kind]), v)
				kept = append(kept, v)
			}
		}
	}
	if sameEntry {
		for kind, vs := range carried.Numbers {
			if len(f.Numbers[kind]) == 0 {
				out.Numbers[kind] = vs
			}
		}
	}
	return out, kept
}

func conflicts(v string, fresh []string) bool {
	group := exclusive(v)
	for _, n := range fresh {
		if group != "" && exclusive(n) == group || "không "+v == n || v == "không "+n {
			return true
		}
	}
	return false
}
