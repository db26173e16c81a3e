package control

import (
	"context"
	"net/http"

	"github.com/doithoai/doithoai/internal/record"
)

func (h handler) findCase(r *http.Request) (any, error) {
	finder, ok := h.Operator.(CaseFinder)
	if !ok {
		return nil, ErrUnsupported
	}
	var found record.Case
	_, err := h.withID(func(ctx context.Context, code string) (err error) {
		found, err = finder.FindCase(ctx, code)
		return err
	})(r)
	if err != nil {
		return nil, err
	}
	raw, err := record.Newest.EncodeCase(found)
	return caseJSON{raw}, err
}

func (h handler) cases(ctx context.Context, show func(piece) error) error {
	return Cases(ctx, h.Operator, func(c record.Case) error {
		raw, err := record.Newest.EncodeCase(c)
		if err != nil {
			return err
		}
		return show(piece{Case: raw})
	})
}
