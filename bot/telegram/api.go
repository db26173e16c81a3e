package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/doithoai/doithoai/internal/outbound"
)

// maxAnswer bounds an answer of the API: 100 updates with all they may hold.
const maxAnswer = 16 << 20

// api makes calls. It is safe for concurrent use.
type api struct {
	base, token string
	client      *http.Client
}

// call makes one request and returns its result. Any error is a [*callError].
func (a *api) call(ctx context.Context, method string, p tgbotapi.Params, files ...tgbotapi.RequestFile) (json.RawMessage, error) {
	d := &doer{ctx: ctx, client: a.client}
	// A value of its own for each call: the library knows no contexts, and making
	// one costs nothing as long as its constructor, which calls getMe, is left alone.
	b := &tgbotapi.BotAPI{Token: a.token, Client: d}
	b.SetAPIEndpoint(a.base + "/bot%s/%s")
	var answer *tgbotapi.APIResponse
	var err error
	if len(files) == 0 {
		answer, err = b.MakeRequest(method, p)
	} else {
		answer, err = b.UploadFiles(method, p, files)
	}
	if err == nil {
		return answer.Result, nil
	}
	e := &callError{method: method, status: d.status, connected: d.connected}
	if api := (*tgbotapi.Error)(nil); errors.As(err, &api) && answer != nil {
		// UploadFiles leaves the code out of its errors; the answer has it.
		e.code, e.description = answer.ErrorCode, answer.Description
		e.retryAfter = time.Duration(api.RetryAfter) * time.Second
		e.migrateTo = api.MigrateToChatID
		return nil, e
	}
	e.err = outbound.Scrub(err, a.token)
	return nil, e
}

// fetching is the method of a [callError] of [api.fetch].
const fetching = "fetch file"

// fetch opens a file that the API has named; the caller closes it. Any error is
// a [*callError].
func (a *api) fetch(ctx context.Context, path string) (io.ReadCloser, error) {
	// Built from our own base: the library's links always go to Telegram's server.
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+"/file/bot"+a.token+"/"+path, nil)
	if err != nil {
		return nil, &callError{method: fetching, err: outbound.Scrub(err, a.token)}
	}
	res, err := a.client.Do(r)
	if err != nil {
		return nil, &callError{method: fetching, err: outbound.Scrub(err, a.token)}
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		return nil, &callError{method: fetching, status: res.StatusCode}
	}
	return res.Body, nil
}

// doer makes the one request of a call and remembers how far it came.
type doer struct {
	ctx       context.Context // of the one call this value is for: the library's interface has no room for it
	client    *http.Client
	status    int
	connected bool // there was a line: the request may have arrived
}

// Do implements tgbotapi.HTTPClient.
func (d *doer) Do(r *http.Request) (*http.Response, error) {
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { d.connected = true }}
	res, err := d.client.Do(r.WithContext(httptrace.WithClientTrace(d.ctx, trace))) //nolint:gosec // the address is the operator's
	if err != nil {
		return nil, err
	}
	d.status = res.StatusCode
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(res.Body, maxAnswer), res.Body}
	return res, nil
}

// callError is why a call failed. Its text holds neither the token nor anything
// that was sent: Telegram's own words may quote that and are left out.
type callError struct {
	method      string
	status      int // of HTTP, 0 if there was no answer
	connected   bool
	code        int // of the API, 0 if the answer was not its own
	description string
	retryAfter  time.Duration
	migrateTo   int64
	err         error
}

// Error implements error.
func (e *callError) Error() string {
	switch {
	case e.code != 0:
		return fmt.Sprintf("%s: code %d (%s)", e.method, e.code, e.reason())
	case e.status != 0:
		return fmt.Sprintf("%s: no answer of the API, status %d", e.method, e.status)
	}
	return fmt.Sprintf("%s: %v", e.method, e.err)
}

// Unwrap returns what broke the line, if that was it.
func (e *callError) Unwrap() error { return e.err }

// is reports whether the API said that, whatever stands before or behind.
func (e *callError) is(words ...string) bool {
	said := strings.ToLower(e.description)
	for _, w := range words {
		if strings.Contains(said, w) {
			return true
		}
	}
	return false
}

// reason is the beginning of what the API said as a short name: letters and
// dashes, nothing that could be quoted or be a number of somebody.
func (e *callError) reason() string {
	_, said, ok := strings.Cut(e.description, ": ")
	if !ok {
		said = e.description
	}
	if i := strings.IndexAny(said, ":;,\"<("); i >= 0 {
		said = said[:i]
	}
	words := strings.FieldsFunc(strings.ToLower(said), func(r rune) bool { return (r < 'a' || r > 'z') && r != '\'' })
	name := strings.ReplaceAll(strings.Join(words, "-"), "'", "")
	return name[:min(len(name), 60)]
}

// failed returns err as what [api.call] returns.
func failed(err error) *callError {
	e, ok := errors.AsType[*callError](err)
	if !ok {
		return &callError{err: err}
	}
	return e
}
