package webchat

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// failure is an answer other than success. Only cause is logged; it never holds
// what a resident wrote. Text is for the resident and may be empty.
type failure struct {
	status     int
	code       string
	text       string
	retryAfter time.Duration
	cause      error
	begun      bool // an answer is already under way: only log
}

func (f *failure) Error() string {
	if f.cause == nil {
		return f.code
	}
	return f.code + ": " + f.cause.Error()
}

func (f *failure) Unwrap() error { return f.cause }

func errNoPage() error { return &failure{status: http.StatusNotFound, code: "no_page"} }

func errNoSession() error { return &failure{status: http.StatusUnauthorized, code: "no_session"} }

func errForeign() error { return &failure{status: http.StatusForbidden, code: "foreign_origin"} }

func errNotJSON() error { return &failure{status: http.StatusUnsupportedMediaType, code: "not_json"} }

func errMalformed() error {
	return &failure{status: http.StatusBadRequest, code: "malformed", text: "Tin này máy không đọc được."}
}

func errTooLong() error {
	return &failure{
		status: http.StatusRequestEntityTooLarge, code: "too_long",
		text: "Tin dài quá nên chưa gửi được. Cô bác chia làm hai, ba tin ngắn giúp.",
	}
}

func errUnavailable(cause error) error {
	return &failure{status: http.StatusServiceUnavailable, code: "unavailable", retryAfter: 3 * time.Second, cause: cause}
}

// errTooFast carries a text only the first time; after that there is silence.
func errTooFast(wait time.Duration, first bool) error {
	f := &failure{status: http.StatusTooManyRequests, code: "too_fast", retryAfter: max(wait, time.Second)}
	if first {
		f.text = "Tin gửi hơi dồn dập. Cô bác đợi một chút, máy sẽ tự gửi tiếp."
	}
	return f
}

// finish turns the error of a handler into an answer and a line in the log. It
// is the only place where either happens.
func (h *Handler) finish(pattern string, f func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := f(w, r)
		if err == nil {
			return
		}
		fail, ok := errors.AsType[*failure](err)
		if !ok {
			fail = &failure{status: http.StatusInternalServerError, code: "internal", cause: err}
		}
		if fail.cause != nil {
			h.log.ErrorContext(r.Context(), "request failed", "route", pattern, "status", fail.status, "err", fail)
		} else {
			h.log.DebugContext(r.Context(), "request refused", "route", pattern, "status", fail.status, "code", fail.code)
		}
		if fail.begun {
			return
		}
		if fail.retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int((fail.retryAfter+time.Second-1)/time.Second)))
		}
		writeJSON(w, fail.status, struct {
			Code string `json:"code"`
			Text string `json:"text,omitempty"`
		}{fail.code, fail.text})
	})
}

// writeJSON writes v as the whole answer. An error here means the browser has
// gone; it will ask again.
func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
