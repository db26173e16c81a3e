package desks

import (
	"errors"
	"regexp"
	"strconv"
	"time"

	"github.com/doithoai/doithoai/internal/strictyaml"
	"github.com/doithoai/doithoai/internal/worktime"
)

// maxTermDays and maxTermWork bound a promise; beyond them it is a slip, and no
// promise to a resident.
const (
	maxTermDays = 60
	maxTermWork = 240 * time.Hour
)

var termForm = regexp.MustCompile(`^(\d{1,4})(ngaylamviec|ngay|giolamviec|gio|phut)$`)

const termCure = "Viết như «2 ngày làm việc», «4 giờ làm việc», «30 phút» hoặc «trong ngày»."

// parseTerm reads a promise. Its errors are Vietnamese and become part of a
// sentence.
func parseTerm(text string) (Term, error) {
	folded := strictyaml.Fold(text)
	if folded == "trongngay" || folded == "trongngaylamviec" {
		return Term{}, nil
	}
	m := termForm.FindStringSubmatch(folded)
	if m == nil {
		return Term{}, errors.New("không hiểu thời hạn")
	}
	n, _ := strconv.Atoi(m[1]) // four digits
	var term Term
	switch m[2] {
	case "ngay":
		return Term{}, errors.New("không rõ ngày thường hay ngày làm việc")
	case "ngaylamviec":
		term.Days = n
	case "phut":
		term.Work = time.Duration(n) * time.Minute
	default:
		term.Work = time.Duration(n) * time.Hour
	}
	switch {
	case n == 0:
		return Term{}, errors.New("thời hạn phải lớn hơn 0")
	case term.Days > maxTermDays || term.Work > maxTermWork:
		return Term{}, errors.New("thời hạn quá dài")
	}
	return term, nil
}

// Due returns when a term ends that begins at from.
func (t Term) Due(c *worktime.Calendar, from time.Time) time.Time {
	if t.Work > 0 {
		return c.Add(from, t.Work)
	}
	return c.AddDays(from, t.Days)
}

// String writes a term as the file does.
func (t Term) String() string {
	switch {
	case t.Days > 0:
		return strconv.Itoa(t.Days) + " ngày làm việc"
	case t.Work == 0:
		return "trong ngày"
	case t.Work%time.Hour == 0:
		return strconv.Itoa(int(t.Work/time.Hour)) + " giờ làm việc"
	}
	return strconv.Itoa(int(t.Work/time.Minute)) + " phút"
}
