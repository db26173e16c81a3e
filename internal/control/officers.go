package control

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/staff"
)

// maxRegister bounds a request that changes the register of officers: two of
// them in base64.
const maxRegister = 4 * record.MaxKept

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
	raw, err := record.EncodeCase(found)
	return caseJSON{raw}, err
}

func (h handler) cases(ctx context.Context, show func(piece) error) error {
	return Cases(ctx, h.Operator, func(c record.Case) error {
		raw, err := record.EncodeCase(c)
		if err != nil {
			return err
		}
		return show(piece{Case: raw})
	})
}

// staff tells the register of officers, and nothing else that is kept beside it.
func (h handler) staff(r *http.Request) (any, error) {
	safe, ok := h.Operator.(staff.Safe)
	if !ok {
		return nil, ErrUnsupported
	}
	kept, err := safe.Value(r.Context(), staff.RegisterName)
	return staffJSON{Next: kept}, err
}

func (h handler) swapStaff(r *http.Request) (any, error) {
	safe, ok := h.Operator.(staff.Safe)
	if !ok {
		return nil, ErrUnsupported
	}
	var asked staffJSON
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxRegister)).Decode(&asked); err != nil {
		return nil, errors.New("read request: not a register") // the decoder's own words may quote it
	}
	swapped, err := safe.Swap(r.Context(), staff.RegisterName, asked.Old, asked.Next)
	return swappedJSON{swapped}, err
}
