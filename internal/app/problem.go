package app

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
)

// Problem is an error an operator can do something about. Its text is
// Vietnamese and says what.
type Problem struct {
	What string
	Cure string
	Err  error // may be nil
}

func (p *Problem) Error() string {
	text := p.What + ". " + p.Cure + "."
	if p.Err != nil {
		text += fmt.Sprintf(" (%v)", p.Err)
	}
	return text
}

func (p *Problem) Unwrap() error { return p.Err }

// listenProblem says why an address cannot be listened on.
func listenProblem(key, address string, err error) error {
	setting := key + " (biến DOITHOAI_" + strings.ToUpper(key) + ")"
	p := &Problem{What: "Không mở được địa chỉ " + address, Err: err,
		Cure: "Xem lại thiết đặt " + setting + "; viết như 127.0.0.1:8080"}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		p.What, p.Err = "Cổng "+address+" đang có chương trình khác dùng", nil
		p.Cure = "Tắt chương trình kia, hoặc đặt " + setting + " thành một cổng khác, như 127.0.0.1:8090"
	case errors.Is(err, fs.ErrPermission):
		p.What, p.Err = "Không có quyền mở cổng "+address, nil
		p.Cure = "Cổng nhỏ hơn 1024 cần quyền riêng; đặt " + setting + " thành một cổng lớn hơn, như 127.0.0.1:8080"
	}
	return p
}
