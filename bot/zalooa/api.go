package zalooa

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
)

// callTime bounds one call to Zalo.
const callTime = 15 * time.Second

// maxAnswer bounds an answer of Zalo's, in bytes.
const maxAnswer = 1 << 20

// Paths of the calls. Uploads and the look back are current at v2.0.
const (
	pathMessage      = "/v3.0/oa/message/cs"
	pathAnonymous    = "/v2.0/oa/message"
	pathUploadImage  = "/v2.0/oa/upload/image"
	pathUploadFile   = "/v2.0/oa/upload/file"
	pathAccount      = "/v2.0/oa/getoa"
	pathConversation = "/v2.0/oa/conversation"
)

// answer is Zalo's envelope: HTTP 200 whatever happened, the truth in Error.
type answer struct {
	Error   *int            `json:"error"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
	// Last says that the package allows no further call in this minute.
	Last bool `json:"-"`
}

// CodeError is an answer whose code is not 0.
type CodeError struct {
	Code    int
	Message string // Zalo's words; they may name what was sent, so they are not part of the text
}

// Error implements error.
func (e *CodeError) Error() string { return "zalo answered " + strconv.Itoa(e.Code) }

// callError is a call without an answer that can be read.
type callError struct {
	written bool // the request may have been acted upon
	status  int  // 0 without an answer
	err     error
}

// Error implements error.
func (e *callError) Error() string {
	if e.status != 0 {
		return fmt.Sprintf("zalo answered with status %d and no code", e.status)
	}
	return "call zalo: " + e.err.Error()
}

// Unwrap returns the cause.
func (e *callError) Unwrap() error { return e.err }

// api calls Zalo with a token. It holds nothing.
type api struct {
	http *http.Client
	base string
}

// post sends a value as JSON.
func (a *api) post(ctx context.Context, path, token string, value any) (answer, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return answer{}, &callError{err: errors.New("request cannot be written")}
	}
	return a.do(ctx, http.MethodPost, path, token, "application/json", body)
}

// get asks with a value as JSON in the address, which is Zalo's way.
func (a *api) get(ctx context.Context, path, token string, value any) (answer, error) {
	if value != nil {
		data, err := json.Marshal(value)
		if err != nil {
			return answer{}, &callError{err: errors.New("request cannot be written")}
		}
		path += "?data=" + url.QueryEscape(string(data))
	}
	return a.do(ctx, http.MethodGet, path, token, "", nil)
}

// do makes one call. The error is a *CodeError when Zalo said no, else a
// *callError; neither holds the token, the address or what was sent.
func (a *api) do(ctx context.Context, method, path, token, contentType string, body []byte) (answer, error) {
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { written.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, method, a.base+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, &callError{err: errors.New("the address in zalo_oa.api is none")}
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("access_token", token)
	res, err := a.http.Do(req)
	if err != nil {
		return answer{}, &callError{written: written.Load(), err: scrubbed(err)}
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return answer{}, &callError{written: true, err: scrubbed(err)}
	}
	var out answer
	if decode(raw, &out) != nil || out.Error == nil {
		// A proxy's page, or half an answer. What the proxy refused never got
		// through; of the rest nobody knows.
		refused := res.StatusCode >= 300 && res.StatusCode < 500
		return answer{}, &callError{written: !refused, status: res.StatusCode, err: errors.New("no code")}
	}
	if n, err := strconv.Atoi(res.Header.Get("X-RateLimit-Remain")); err == nil {
		out.Last = n <= 0
	}
	if *out.Error != 0 {
		return out, &CodeError{Code: *out.Error, Message: cut(out.Message, maxName)}
	}
	return out, nil
}
