package zalobot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"unicode"

	"github.com/doithoai/doithoai/internal/outbound"
)

// maxAnswer bounds an answer of the platform.
const maxAnswer = 4 << 20

// api makes calls. It is safe for concurrent use.
type api struct {
	base, token string
	client      *http.Client
}

// params are those of a call: all of the platform's are strings.
type params map[string]string

// envelope is what every answer comes in. One error is documented with its code
// spelled otherwise, so both are read.
type envelope struct {
	OK          *bool           `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Description string          `json:"description"`
	Code        number          `json:"error_code"`
	OtherCode   number          `json:"errorCode"`
}

// call makes one request and returns its result. Any error is a [*callError].
func (a *api) call(ctx context.Context, method string, p params) (json.RawMessage, error) {
	e := &callError{method: method}
	body, err := json.Marshal(p)
	if err != nil {
		e.err = err
		return nil, e
	}
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { e.connected = true }}
	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodPost,
		a.base+"/bot"+a.token+"/"+method, bytes.NewReader(body))
	if err != nil {
		e.err = outbound.Scrub(err, a.token)
		return nil, e
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := a.client.Do(r)
	if err != nil {
		e.err = outbound.Scrub(err, a.token)
		return nil, e
	}
	defer res.Body.Close()
	e.status = res.StatusCode
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		e.status, e.err = 0, outbound.Scrub(err, a.token) // half an answer is none
		return nil, e
	}
	return e.read(raw)
}

// read finds out from an answer how the call ended: the body decides, the
// status only where there is no body of the platform's.
func (e *callError) read(raw []byte) (json.RawMessage, error) {
	var answer envelope
	err := json.Unmarshal(raw, &answer)
	if _, odd := errors.AsType[*json.UnmarshalTypeError](err); odd {
		err = nil
	}
	switch {
	case err != nil || answer.OK == nil:
		return nil, e
	case *answer.OK:
		return answer.Result, nil
	}
	e.description = answer.Description
	e.code = int(answer.Code)
	if e.code == 0 {
		e.code = int(answer.OtherCode)
	}
	if e.code == 0 && e.status >= 400 {
		e.code = e.status
	}
	if e.code == 0 {
		e.code = codeUnknown
	}
	return nil, e
}

// codeUnknown is the code of a refusal without one.
const codeUnknown = -1

// callError is why a call failed. Its text holds neither the token nor anything
// that was sent: the platform's own words may quote that and are left out.
type callError struct {
	method      string
	status      int // of HTTP, 0 if there was no answer
	connected   bool
	code        int // of the platform, 0 if the answer was not its own
	description string
	err         error
}

// Error implements error.
func (e *callError) Error() string {
	switch {
	case e.code != 0:
		return fmt.Sprintf("%s: code %d (%s)", e.method, e.code, e.reason())
	case e.status != 0:
		return fmt.Sprintf("%s: no answer of the platform, status %d", e.method, e.status)
	}
	return fmt.Sprintf("%s: %v", e.method, e.err)
}

// Unwrap returns what broke the line, if that was it.
func (e *callError) Unwrap() error { return e.err }

// is reports whether the call was refused with that code, by the platform or,
// where its answer is not its own, by whoever is before it.
func (e *callError) is(code int) bool { return e.code == code || e.code == 0 && e.status == code }

// reason is the beginning of what the platform said as a short name, or its
// code where that could quote somebody: it is no plain ASCII, or too long to be
// a phrase of the platform's own.
func (e *callError) reason() string {
	said := e.description
	if i := strings.IndexAny(said, ":;,\"'<("); i >= 0 {
		said = said[:i]
	}
	words := strings.FieldsFunc(strings.ToLower(said), func(r rune) bool { return r < 'a' || r > 'z' })
	foreign := strings.ContainsFunc(said, func(r rune) bool { return r > unicode.MaxASCII })
	if foreign || len(words) == 0 || len(words) > 6 || len(said) > 60 {
		return "code-" + strconv.Itoa(e.code)
	}
	return strings.Join(words, "-")
}

// failed returns err as what [api.call] returns.
func failed(err error) *callError {
	e, ok := errors.AsType[*callError](err)
	if !ok {
		return &callError{err: err}
	}
	return e
}

// number is a number that may also come as text.
type number int64

// UnmarshalJSON implements json.Unmarshaler. What is no number is 0.
func (n *number) UnmarshalJSON(raw []byte) error {
	*n = 0
	text := strings.Trim(string(raw), `" `)
	if v, err := strconv.ParseFloat(text, 64); err == nil && v > -1e18 && v < 1e18 {
		*n = number(v)
	}
	return nil
}
