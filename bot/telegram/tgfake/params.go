package tgfake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// maxRequest is what the API takes at once, with its largest file.
const maxRequest = 51 << 20

// params are the parameters of one request, whichever way they came: the API
// takes the query, a form, a multipart form and JSON alike.
type params struct {
	values map[string]string
	files  map[string]upload
}

type upload struct {
	name, kind string
	data       []byte
}

func readParams(r *http.Request) (params, error) {
	p := params{values: map[string]string{}, files: map[string]upload{}}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	r.Body = http.MaxBytesReader(nil, r.Body, maxRequest)
	switch kind {
	case "application/json":
		if err := p.readJSON(r.Body); err != nil {
			return p, err
		}
	case "multipart/form-data":
		if err := p.readMultipart(r); err != nil {
			return p, err
		}
	default:
		if err := r.ParseForm(); err != nil {
			return p, err
		}
	}
	if r.Form == nil {
		r.Form = r.URL.Query()
	}
	for key, values := range r.Form {
		p.values[key] = values[0]
	}
	return p, nil
}

func (p params) readJSON(r io.Reader) error {
	var object map[string]json.RawMessage
	if err := json.NewDecoder(r).Decode(&object); err != nil {
		return err
	}
	for key, raw := range object {
		var text string
		if json.Unmarshal(raw, &text) == nil && string(raw) != "null" {
			p.values[key] = text
		} else {
			p.values[key] = string(raw)
		}
	}
	return nil
}

func (p params) readMultipart(r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return err
	}
	for {
		part, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // the reader returns it bare
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		if part.FileName() == "" {
			p.values[part.FormName()] = string(data)
			continue
		}
		p.files[part.FormName()] = upload{part.FileName(), part.Header.Get("Content-Type"), data}
	}
}

// text returns a parameter; an absent one is empty.
func (p params) text(key string) string { return p.values[key] }

func (p params) number(key string) (int64, error) {
	v := p.values[key]
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return 0, bad(fmt.Sprintf("parameter %q must be an integer", key))
	}
	return n, nil
}

// object reads a parameter that is JSON. The real server overlooks «null»; here
// it is refused, because whoever sends it meant something else.
func (p params) object(key string, v any) (given bool, err error) {
	raw := strings.TrimSpace(p.values[key])
	if raw == "" {
		return false, nil
	}
	if raw == "null" {
		return false, bad(fmt.Sprintf("parameter %q is null", key))
	}
	d := json.NewDecoder(bytes.NewReader([]byte(raw)))
	if err := d.Decode(v); err != nil {
		return false, bad(fmt.Sprintf("can't parse %s JSON object", key))
	}
	return true, nil
}
