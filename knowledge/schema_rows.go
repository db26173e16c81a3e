package knowledge

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

func rowTable() keyfile.Table[rowDoc] {
	var fields []keyfile.Field[rowDoc]
	for _, t := range conditionTypes() {
		fields = append(fields, conditionField(t.name, t.about))
	}
	forms := rangeForms()
	for _, t := range numberTypes() {
		fields = append(fields, numberField(t.name, t.about, forms))
	}
	fields = append(fields,
		sayField("có nói", "tin nhắn có một trong các cụm từ này (cách nhau bằng «hoặc»)", func(r *rowDoc) *[]string { return &r.Say }),
		sayField("không nói", "tin nhắn không có cụm từ nào trong số này", func(r *rowDoc) *[]string { return &r.NotSay }),
		keyfile.OneOf("được", "kết luận cho diện này", verdicts(), func(r *rowDoc) *Verdict { return &r.Verdict }),
		keyfile.Text("câu", "câu trả lời cho diện này; câu đầu nói rõ được hay không", func(r *rowDoc) *string { return &r.Text }).AtMost(maxAnswer),
		keyfile.Text("xem", "mã mục có câu trả lời, thay cho «được» và «câu»", func(r *rowDoc) *string { return &r.See }),
	)
	return keyfile.NewTable(fields...)
}

// conditionType is a type of condition with the values the program itself knows.
type conditionType struct {
	name, about string
	values      []string
}

// conditionTypes are the keys of a row that compare words. Their values count
// as known even if the lexicon has no phrase for them: some come from numbers,
// classes or places.
func conditionTypes() []conditionType {
	return []conditionType{
		{"ai", "người hỏi thuộc diện nào, ví dụ «nghèo hoặc cận nghèo»", []string{
			"nghèo", "cận nghèo", "mới thoát nghèo", "mức sống trung bình", "khó khăn", "dân tộc thiểu số", "Kinh", "dân tộc rất ít người",
			"khuyết tật", "khuyết tật nặng", "khuyết tật nhẹ", "cao tuổi", "neo đơn", "trẻ em", "sơ sinh", "học sinh", "sinh viên", "đơn thân", "mồ côi",
			"người có công", "thân nhân liệt sĩ", "hưởng trợ cấp xã hội", "hưởng hưu trí xã hội", "có lương hưu", "công nhân", "nông dân", "ngư dân",
			"ra tù", "thất nghiệp", "bệnh hiểm nghèo", "bị buộc tội", "hộ chính sách", "tạm trú", "mang thai", "con một mình", "giáo viên", "cán bộ"}},
		{"nơi", "ở đâu, ví dụ «biên giới»", []string{
			"xã", "phường", "khu vực I", "khu vực II", "khu vực III", "đặc biệt khó khăn", "vùng khó khăn", "xã nghèo", "biên giới", "đảo",
			"miền núi", "đồng bằng", "tỉnh khác", "không rõ vùng", "nước ngoài"}},
		{"bậc học", "học bậc nào", []string{
			"nhà trẻ", "mẫu giáo", "tiểu học", "THCS", "THPT", "giáo dục thường xuyên", "sơ cấp", "trung cấp", "cao đẳng", "đại học", "sau đại học"}},
		{"trường", "học loại trường nào", []string{"công lập", "tư thục", "bán trú", "nội trú", "dân tộc nội trú", "học từ xa"}},
		{"bệnh viện", "khám chữa ở đâu, kiểu nào", []string{
			"trạm y tế", "tuyến huyện", "tuyến tỉnh", "trung ương", "ngoại trú", "nội trú bệnh viện", "cấp cứu", "đúng tuyến", "trái tuyến"}},
		{"thẻ", "loại thẻ bảo hiểm y tế", []string{"hộ gia đình", "hộ nghèo", "hộ cận nghèo", "học sinh"}},
		{"sự kiện", "việc vừa xảy ra", []string{
			"bão", "lũ", "cháy nhà", "sập nhà", "tốc mái", "hư nặng", "mất mùa", "dịch bệnh", "có người mất", "tai nạn", "ốm nặng", "mất việc",
			"sinh con", "cưới", "tách hộ", "chuyển nhà", "ra tù", "sáp nhập", "hết hạn", "mất giấy", "sai thông tin"}},
	}
}

// numberTypes are the keys of a row that compare numbers.
func numberTypes() []conditionType {
	return []conditionType{
		{name: "tuổi", about: "số tuổi, ví dụ «75+», «dưới 6», «70-74»"},
		{name: "lớp", about: "lớp mấy, ví dụ «1-5»"},
		{name: "số năm", about: "số năm đã nói, ví dụ «dưới 3»"},
		{name: "km", about: "số ki-lô-mét"},
		{name: "triệu", about: "số tiền tính bằng triệu đồng"},
		{name: "nhân khẩu", about: "số người trong hộ"},
	}
}

func conditionField(name, about string) keyfile.Field[rowDoc] {
	return keyfile.NewField(keyfile.Key{Name: name, About: about}, func(r *keyfile.Reader, row *rowDoc, n *strictyaml.Node) {
		group := 0
		for _, line := range r.Lines(name, n) {
			for _, all := range keyfile.SplitWords(line, ",", ";", " và ") {
				for _, value := range keyfile.SplitWords(all, " hoặc ") {
					row.values = append(row.values, valueDoc{name, group, value})
				}
				group++
			}
		}
	})
}

// addTerm puts a term into a group of the row's condition of a type.
func (r *rowDoc) addTerm(typ string, group int, t Term) {
	c := r.condition(typ)
	for len(c.AllOf) <= group {
		c.AllOf = append(c.AllOf, nil)
	}
	c.AllOf[group] = append(c.AllOf[group], t)
}

func (r *rowDoc) condition(typ string) *Condition {
	i := slices.IndexFunc(r.Conditions, func(c Condition) bool { return c.Type == typ })
	if i < 0 {
		r.Conditions = append(r.Conditions, Condition{Type: typ})
		i = len(r.Conditions) - 1
	}
	return &r.Conditions[i]
}

func sayField(name, about string, at func(*rowDoc) *[]string) keyfile.Field[rowDoc] {
	return keyfile.NewField(keyfile.Key{Name: name, About: about}, func(r *keyfile.Reader, row *rowDoc, n *strictyaml.Node) {
		for _, line := range r.Lines(name, n) {
			for _, phrase := range keyfile.SplitWords(line, " hoặc ") {
				*at(row) = append(*at(row), phrase.Text)
			}
		}
	})
}

func numberField(name, about string, forms []rangeForm) keyfile.Field[rowDoc] {
	return keyfile.NewField(keyfile.Key{Name: name, About: about}, func(r *keyfile.Reader, row *rowDoc, n *strictyaml.Node) {
		c := NumberCondition{Type: name}
		for _, line := range r.Lines(name, n) {
			for _, part := range keyfile.SplitWords(line, " hoặc ", ";") {
				rng, ok := parseRange(part.Text, forms)
				if !ok {
					r.Err(part.At, "number", fmt.Sprintf("Không hiểu số «%s» ở khóa «%s».", keyfile.Brief(part.Text), name),
						"Viết như «75+», «dưới 6», «70-74» hoặc «5».")
					continue
				}
				c.AnyOf = append(c.AnyOf, rng)
			}
		}
		if len(c.AnyOf) > 0 {
			row.Numbers = append(row.Numbers, c)
		}
	})
}

// rangeForm is a way to write a range; its only or first group that matched is
// the first number.
type rangeForm struct {
	form  *regexp.Regexp
	build func(x, y float64) Range
}

func newRangeForm(form string, build func(x, y float64) Range) rangeForm {
	return rangeForm{regexp.MustCompile(`^(?:` + strings.ReplaceAll(form, "N", `(\d{1,9}(?:[.,]\d{1,3})?)`) + `)$`), build}
}

func rangeForms() []rangeForm {
	return []rangeForm{
		newRangeForm(`N`, func(x, _ float64) Range { return Range{Min: x, Max: x, HasMin: true, HasMax: true} }),
		newRangeForm(`(?:từ )?N ?(?:-|–|đến) ?N`, func(x, y float64) Range { return Range{Min: x, Max: y, HasMin: true, HasMax: true} }),
		newRangeForm(`N ?\+|từ N(?: trở lên)?|N trở lên`, func(x, _ float64) Range { return Range{Min: x, HasMin: true} }),
		newRangeForm(`(?:trên|hơn) N`, func(x, _ float64) Range { return Range{Min: x, HasMin: true, OverMin: true} }),
		newRangeForm(`dưới N`, func(x, _ float64) Range { return Range{Max: x, HasMax: true, UnderMax: true} }),
		newRangeForm(`(?:đến|tối đa) N|N trở xuống`, func(x, _ float64) Range { return Range{Max: x, HasMax: true} }),
	}
}

// parseRange reads "75+", "từ 75", "trên 6", "dưới 6", "đến 5", "70-74",
// "từ 70 đến 74", "5". Spans include both ends.
func parseRange(s string, forms []rangeForm) (Range, bool) {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	for _, f := range forms {
		m := f.form.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		var numbers [2]float64
		n := 0
		for _, group := range m[1:] {
			if group != "" && n < 2 {
				numbers[n], _ = strconv.ParseFloat(strings.Replace(group, ",", ".", 1), 64)
				n++
			}
		}
		r := f.build(numbers[0], numbers[1])
		return r, !r.HasMin || !r.HasMax || r.Min <= r.Max
	}
	return Range{}, false
}
