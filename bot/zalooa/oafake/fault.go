package oafake

import (
	"io"
	"net/http"
)

// Fault is what happens to a call in place of its answer. Exactly one of Code,
// Status, Hang, Drop and Break is set.
type Fault struct {
	Code    int    // answered with this error and HTTP 200
	Message string // …and this text
	Status  int    // answered as a proxy in between would: this status and a page
	Hang    bool   // never answered, nothing done
	Drop    bool   // the line breaks, nothing done
	Break   bool   // done, but the line breaks before the answer

	Skip int // so many calls pass before the first one meets it
}

// Paths of calls, for [Server.Fail].
const (
	Messages = "/v3.0/oa/message/cs"
	Images   = "/v2.0/oa/upload/image"
	Talk     = "/v2.0/oa/conversation"
	Refresh  = "/v4/oa/access_token"
	About    = "/v2.0/oa/getoa"
)

// Fail lets the next n calls of a path meet f; n = 0 ends what is left of the
// path's faults.
func (s *Server) Fail(path string, n int, f Fault) {
	s.faults.Add(path, n, f.Skip, f)
}

// meet lets a call meet a fault that comes before anything is done.
func (f *Fault) meet(w http.ResponseWriter, r *http.Request) {
	switch {
	case f.Hang:
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case f.Drop:
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	case f.Status != 0:
		w.Header().Set("Content-Type", "text/html")
		if f.Status/100 == 3 {
			w.Header().Set("Location", r.URL.Path)
		}
		w.WriteHeader(f.Status)
		_, _ = io.WriteString(w, "<html><h1>nginx</h1></html>")
	default:
		answer(w, map[string]any{"error": f.Code, "message": f.Message})
	}
}
