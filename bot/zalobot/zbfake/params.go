package zbfake

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strconv"
)

// maxRequest is far more than any request needs.
const maxRequest = 1 << 20

// params are the parameters of one request, whichever way they came: the
// platform takes the query, a form, a multipart form and JSON alike.
type params map[string]string

func readParams(r *http.Request) (params, error) {
	p := params{}
	if r.Method != http.MethodPost && r.Method != http.MethodGet {
		return p, errors.New("neither GET nor POST")
	}
	r.Body = http.MaxBytesReader(nil, r.Body, maxRequest)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		if err := p.readJSON(r); err != nil {
			return p, err
		}
	case "multipart/form-data":
		if err := r.ParseMultipartForm(maxRequest); err != nil { //nolint:gosec // the body is bounded above
			return p, err
		}
	}
	if err := r.ParseForm(); err != nil {
		return p, err
	}
	for key, values := range r.Form {
		p[key] = values[0]
	}
	return p, nil
}

// readJSON takes strings only: every parameter is documented as one. A number is
// let through for the timeout, where both are used in practice.
func (p params) readJSON(r *http.Request) error {
	var object map[string]any
	if err := json.NewDecoder(r.Body).Decode(&object); err != nil {
		return err
	}
	for key, v := range object {
		switch v := v.(type) {
		case string:
			p[key] = v
		case float64:
			if key != "timeout" {
				return errors.New(key + " must be a string")
			}
			p[key] = strconv.FormatFloat(v, 'f', -1, 64)
		default:
			if key != "text_styles" {
				return errors.New(key + " must be a string")
			}
		}
	}
	return nil
}
