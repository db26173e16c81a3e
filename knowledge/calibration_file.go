package knowledge

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
)

// CalibrationFile holds what [Calibrate] fitted to a base, beside its texts.
const CalibrationFile = "hieu_chinh.json"

// readCalibration reads the calibration. One that does not fit this program is
// left out with a warning: the built-in one serves, and nothing an editor
// wrote is at fault.
func (d *draft) readCalibration(b *Base) {
	data, ok := d.files[CalibrationFile]
	if !ok {
		return
	}
	const again = "Chạy lại «doithoai kb eval --calibrate», hoặc xóa tệp này để dùng hiệu chỉnh có sẵn."
	var c Calibration
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		d.fault(CalibrationFile, Error, "calibration", "Tệp hiệu chỉnh bị hỏng.", again)
		return
	}
	numbers := slices.Concat(c.Weights, c.Follow, []float64{c.Answer, c.Two, c.Choices, c.Other})
	if len(c.Weights) != len(calibrationNames) || len(c.Follow) != len(followNames) || slices.ContainsFunc(numbers, func(x float64) bool { return math.Abs(x) > 1e6 }) {
		d.fault(CalibrationFile, Warning, "calibration", "Tệp hiệu chỉnh không khớp với bản chương trình này, nên chưa được dùng.", again)
		return
	}
	b.Calibration = &c
}
