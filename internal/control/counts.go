package control

import (
	"encoding/json"
	"fmt"
	"net/http"
)

func (h handler) counts(r *http.Request) (any, error) {
	counter, ok := h.Operator.(Counter)
	if !ok {
		return nil, ErrUnsupported
	}
	var asked dayJSON
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 4<<10)).Decode(&asked); err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	counts, err := counter.Counts(r.Context(), asked.Day)
	if err != nil {
		return nil, err
	}
	told := countsJSON{Counts: make([]countJSON, 0, len(counts))}
	for name, n := range counts {
		told.Counts = append(told.Counts, countJSON{[]byte(name), n})
	}
	return told, nil
}
