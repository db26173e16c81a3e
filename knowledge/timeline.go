package knowledge

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/keyfile"
)

// assembleFigures reads amounts and formulas and computes all values for all
// days, so that nothing is computed when a resident waits.
func (d *draft) assembleFigures(b *Base) {
	c := &calculation{d: d, index: map[string]*figureDoc{}, state: map[string]int{}}
	for i := range d.figures.figures {
		f := &d.figures.figures[i]
		if f.ID == "" {
			continue
		}
		if first := c.index[f.ID]; first != nil {
			d.reader(f.InFile()).Err(f.At("mã"), "duplicate", fmt.Sprintf("Số liệu «%s» đã có ở dòng %d.", f.ID, first.Start().Line), "Giữ lại một mục.")
			continue
		}
		c.index[f.ID] = f
		d.writtenValues(f)
	}
	for i := range d.figures.figures {
		f := &d.figures.figures[i]
		if c.index[f.ID] != f {
			continue
		}
		c.compute(f, nil)
		b.figures[f.ID] = len(b.Figures)
		b.Figures = append(b.Figures, f.Figure)
	}
}

// maxValues bounds how often a figure changes, and so what a formula costs.
const maxValues = 200

// writtenValues turns the rows of a figure into its values.
func (d *draft) writtenValues(f *figureDoc) {
	r := d.reader(f.InFile())
	switch {
	case f.Formula == "" && len(f.rows) == 0:
		r.Err(f.Start(), "missing", fmt.Sprintf("Số liệu «%s» chưa có «giá trị» cũng chưa có «công thức».", f.ID), "Thêm «giá trị:» với «từ», «là», «chắc», «nguồn».")
	case f.Formula != "" && len(f.rows) > 0:
		r.Err(f.At("công thức"), "both", fmt.Sprintf("Số liệu «%s» vừa có «giá trị» vừa có «công thức».", f.ID), "Bỏ một trong hai.")
	case f.Formula == "" && f.Rounding != "":
		r.Err(f.At("làm tròn"), "rounding", "«làm tròn» chỉ dùng với «công thức».", "Bỏ dòng này, viết thẳng con số đã làm tròn.")
	}
	if len(f.rows) > maxValues {
		r.Err(f.At("giá trị"), "too-many", fmt.Sprintf("Số liệu «%s» có quá nhiều giá trị (tối đa %d).", f.ID, maxValues), "Bỏ các giá trị cũ không còn mục nào dùng.")
		return
	}
	for i := range f.rows {
		row := &f.rows[i]
		if row.amount == "" {
			continue
		}
		text := row.amount
		if !strings.HasPrefix(f.Unit, "%") {
			text = strings.TrimSpace(strings.TrimSuffix(text, f.Unit))
			if f.Unit == "đồng" {
				text = strings.TrimSpace(strings.TrimSuffix(text, "đ"))
			}
		}
		amount, percent, err := ParseAmount(text)
		switch {
		case err != nil:
			r.Err(row.At("là"), "number", fmt.Sprintf("«%s» không phải số viết kiểu Việt Nam.", keyfile.Brief(row.amount)), "Dấu chấm ngăn hàng nghìn, dấu phẩy cho phần lẻ: 2.530.000 hoặc 4,5%.")
			continue
		case percent && !strings.HasPrefix(f.Unit, "%"):
			r.Err(row.At("là"), "number", fmt.Sprintf("Số có dấu %% nhưng đơn vị là «%s».", f.Unit), "Sửa «đơn vị» thành % hoặc bỏ dấu %.")
			continue
		case !percent && strings.HasPrefix(f.Unit, "%"):
			amount.Quo(amount, big.NewRat(100, 1))
		}
		if row.Certainty == Seen && len(row.Source) == 0 {
			r.Err(row.At("chắc"), "no-source", fmt.Sprintf("Số liệu «%s» ghi «đã thấy» nhưng không có nguồn.", f.ID), "Thêm «nguồn: |» với văn bản hoặc đường dẫn, hoặc ghi «chắc: chưa rõ».")
		}
		row.Amount = amount
		f.Values = append(f.Values, row.DatedValue)
	}
	d.closeValues(r, f)
}

// closeValues sorts the values and ends each where the next begins.
func (d *draft) closeValues(r *keyfile.Reader, f *figureDoc) {
	slices.SortStableFunc(f.Values, func(x, y DatedValue) int { return cmp.Compare(x.From, y.From) })
	for i := range f.Values {
		v := &f.Values[i]
		if v.Until != 0 && v.Until < v.From {
			r.Err(f.Start(), "period", fmt.Sprintf("Số liệu «%s»: giá trị từ %s lại kết thúc trước đó, %s.", f.ID, v.From, v.Until), "Sửa «từ» hoặc «đến».")
		}
		if i+1 == len(f.Values) {
			break
		}
		next := f.Values[i+1].From
		switch {
		case v.From == next:
			r.Err(f.Start(), "period", fmt.Sprintf("Số liệu «%s» có hai giá trị cùng từ ngày %s.", f.ID, next), "Bỏ một giá trị.")
		case v.Until == 0:
			v.Until = next.Before()
		case v.Until >= next:
			r.Err(f.Start(), "period", fmt.Sprintf("Số liệu «%s»: giá trị đến %s chồng lên giá trị từ %s.", f.ID, v.Until, next), "Sửa «đến» thành ngày trước đó, hoặc bỏ dòng «đến».")
		}
	}
}

// calculation computes formulas, inputs first.
type calculation struct {
	d     *draft
	index map[string]*figureDoc
	state map[string]int // 1: being computed, 2: done
}

// errInput stops a formula whose input is missing on a day: it has no value
// then, which is told where it is used.
var errInput = errors.New("input has no value")

func (c *calculation) compute(f *figureDoc, path []string) {
	if c.state[f.ID] == 2 || f.Formula == "" {
		return
	}
	r := c.d.reader(f.InFile())
	path = append(path, f.ID)
	if c.state[f.ID] == 1 {
		from := slices.Index(path, f.ID)
		r.Err(f.At("công thức"), "cycle", "Công thức chạy vòng: "+strings.Join(path[from:], " → ")+".", "Cho một trong các số này «giá trị» thay cho «công thức».")
		return
	}
	c.state[f.ID] = 1
	defer func() { c.state[f.ID] = 2 }()
	e, err := parseFormula(f.Formula)
	if err != nil {
		r.Err(f.At("công thức"), "formula", fmt.Sprintf("Công thức của «%s» sai: %v.", f.ID, err), "Chỉ dùng + - * / ( ), số và mã số liệu, ví dụ luong_co_so * 4,5% * 12.")
		return
	}
	var inputs []*figureDoc
	e.figures(func(id string) {
		in := c.index[id]
		if in == nil {
			c.unknown(r, f, id)
			return
		}
		c.compute(in, path)
		inputs = append(inputs, in)
	})
	c.values(r, f, e, inputs)
}

func (c *calculation) unknown(r *keyfile.Reader, f *figureDoc, id string) {
	r.Err(f.At("công thức"), "unknown-figure", fmt.Sprintf("Công thức dùng «%s» nhưng không có số liệu nào mã đó.", id), c.d.nearFigure(id))
}

// nearFigure is the cure for an unknown figure.
func (d *draft) nearFigure(id string) string {
	var ids []string
	for i := range d.figures.figures {
		ids = append(ids, d.figures.figures[i].ID)
	}
	if near, ok := keyfile.Nearest(id, ids); ok {
		return fmt.Sprintf("Có phải ý là «%s»?", near)
	}
	return "Thêm số này vào so_lieu.yaml, hoặc sửa mã cho đúng."
}

// values computes the formula for each stretch of days in which no input
// changes.
func (c *calculation) values(r *keyfile.Reader, f *figureDoc, e *expression, inputs []*figureDoc) {
	starts := []Date{0}
	for _, in := range inputs {
		for _, v := range in.Values {
			starts = append(starts, v.From)
			if v.Until != 0 {
				starts = append(starts, v.Until.Next())
			}
		}
	}
	slices.Sort(starts)
	starts = slices.Compact(starts)
	if len(starts) > maxValues {
		r.Err(f.At("công thức"), "too-many", fmt.Sprintf("Công thức của «%s» đổi giá trị quá nhiều lần (tối đa %d).", f.ID, maxValues), "Dùng ít số liệu hơn trong công thức.")
		return
	}
	for i, from := range starts {
		v := DatedValue{From: from, Certainty: Seen}
		if i+1 < len(starts) {
			v.Until = starts[i+1].Before()
		}
		x, err := e.value(func(id string) (*big.Rat, error) {
			in := c.index[id]
			if in == nil {
				return nil, errInput
			}
			value, ok := in.On(from)
			if !ok {
				return nil, errInput
			}
			v.Certainty = min(v.Certainty, value.Certainty)
			return value.Amount, nil
		})
		var wrong formulaError
		switch {
		case errors.As(err, &wrong):
			r.Err(f.At("công thức"), "formula", fmt.Sprintf("Công thức của «%s» sai: %v.", f.ID, err), "Xem lại các số trong công thức.")
			return
		case err == nil:
			v.Amount = round(x, f.Rounding)
			f.Values = append(f.Values, v)
		}
	}
}
