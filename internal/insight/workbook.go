package insight

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/xuri/excelize/v2"
)

// Workbook returns the report as an Excel file: a sheet for each table, counts as
// numbers, and one that says what they mean.
func (s Shown) Workbook() ([]byte, error) {
	b := &workbook{file: excelize.NewFile()}
	defer func() { _ = b.file.Close() }()
	for _, t := range s.Tables {
		b.table(s, t)
	}
	b.notes(s.Range)
	b.do(b.file.DeleteSheet("Sheet1"))
	b.file.SetActiveSheet(0)
	var out bytes.Buffer
	if b.err == nil {
		_, b.err = b.file.WriteTo(&out)
	}
	if b.err != nil {
		return nil, fmt.Errorf("write workbook: %w", b.err)
	}
	return out.Bytes(), nil
}

// workbook keeps what went wrong.
type workbook struct {
	file *excelize.File
	err  error
}

func (b *workbook) do(err error) { b.err = errors.Join(b.err, err) }

func (b *workbook) sheet(name string, widths ...float64) {
	_, err := b.file.NewSheet(name)
	b.do(err)
	for i, width := range widths {
		column, err := excelize.ColumnNumberToName(i + 1)
		b.do(errors.Join(err, b.file.SetColWidth(name, column, column, width)))
	}
}

func (b *workbook) set(sheet string, column, row int, value any) {
	ref, err := excelize.CoordinatesToCellName(column, row)
	b.do(errors.Join(err, b.file.SetCellValue(sheet, ref, value)))
}

func (b *workbook) table(s Shown, t ShownTable) {
	name := t.Axis.Title()
	b.sheet(name, 34, 14, 14, 14, 18, 18, 14)
	rows := s.withTotal(t)
	for i, text := range s.Rows(t)[0] {
		b.set(name, i+1, 1, text)
	}
	for i, row := range rows {
		b.set(name, 1, i+2, row.Name)
		for f, c := range row.Cells {
			value := any(c.String())
			if c.Mark == Plain {
				value = c.N
			}
			b.set(name, f+2, i+2, value)
		}
	}
	bold, err := b.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	b.do(errors.Join(err, b.file.SetRowStyle(name, 1, 1, bold), b.file.SetRowStyle(name, len(rows)+1, len(rows)+1, bold)))
	b.do(b.file.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
}

func (b *workbook) notes(r Range) {
	const name = "Ghi chú"
	b.sheet(name, 120)
	b.set(name, 1, 1, fmt.Sprintf("Từ %s đến %s", r.From, r.To))
	for i, note := range Notes() {
		b.set(name, 1, i+2, note)
	}
}
