package sheet

import (
	"time"

	"github.com/doithoai/doithoai/internal/desks"
)

// Import reads a workbook as [Template] lays it out and returns the can_bo.yaml
// it stands for, checked against world and now as by [desks.Load]. The file is
// nil if any fault is an error. Every fault names its sheet and cell, in
// Vietnamese; name is what the report calls the workbook.
func Import(name string, data []byte, world desks.World, now time.Time) (file []byte, found desks.Report) {
	defer func() {
		// A workbook may come from anywhere; what the library does on a hostile
		// one is not ours to trust.
		if r := recover(); r != nil {
			file, found = nil, report([]desks.Fault{noWorkbook(name)})
		}
	}()
	b, fault := open(name, data)
	if fault != nil {
		return nil, report([]desks.Fault{*fault})
	}
	defer func() { _ = b.file.Close() }()
	g, common := b.read(world)
	if g == nil {
		return nil, report(b.faults)
	}
	w := g.write(common)
	if len(b.faults) > 0 { // what follows from them would only confuse
		return nil, report(b.faults)
	}
	file = []byte(w.out.String())
	_, checked := desks.Load(name, file, world, now)
	var faults []desks.Fault
	for _, f := range checked.Faults {
		faults = append(faults, w.ofCell(name, f))
	}
	if !checked.OK() {
		file = nil
	}
	return file, report(faults)
}

// read gathers both sheets; nil if there is nothing to go on with.
func (b *book) read(world desks.World) (*gathered, map[string][]cell) {
	const cure = "Lấy bảng mẫu: doithoai desks init --xlsx can_bo.xlsx, rồi chép nội dung vào."
	officers, ok1 := b.sheet(officersSheet)
	if !ok1 {
		b.fail(cell{}, "sheet", "Bảng tính không có tờ «"+officersSheet+"».", cure)
	}
	common, ok2 := b.sheet(commonSheet)
	if !ok2 {
		b.fail(cell{}, "sheet", "Bảng tính không có tờ «"+commonSheet+"» (giờ làm việc, ngày nghỉ, tết, nhắc việc).", cure)
	}
	if !ok1 || !ok2 {
		return nil, nil
	}
	cells, ok1 := b.rows(officers)
	commonCells, ok2 := b.rows(common)
	if !ok1 || !ok2 {
		return nil, nil
	}
	rows, ok := b.table(officers, cells)
	told := b.common(commonCells)
	if !ok {
		return nil, nil
	}
	return b.gather(rows, world), told
}
