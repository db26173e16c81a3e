package app

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/doithoai/doithoai/internal/trouble"
)

// health is what /healthz tells. It holds nothing about residents.
type health struct {
	Status    string          `json:"status"` // "ok", or "stopping"
	Version   string          `json:"version"`
	Knowledge knowledgeHealth `json:"knowledge"`
}

type knowledgeHealth struct {
	Version    string  `json:"version"`
	Source     string  `json:"source"`
	LastReload *reload `json:"last_reload"`
}

func (a *App) health() health {
	edition := a.library.current.Load()
	h := health{
		Status:  "ok",
		Version: a.version,
		Knowledge: knowledgeHealth{
			Version:    edition.version,
			Source:     edition.source,
			LastReload: a.library.last.Load(),
		},
	}
	if a.stopping.Load() {
		h.Status = "stopping"
	}
	return h
}

// readiness is what /readyz tells: whether to send residents here, and what an
// operator should know meanwhile.
type readiness struct {
	Ready   bool              `json:"ready"`
	Status  string            `json:"status"` // "ok", "degraded", "full" or "stopping"
	Reasons []trouble.Trouble `json:"reasons,omitempty"`
	Notes   []string          `json:"notes,omitempty"`   // what is no trouble
	Spooled int               `json:"spooled,omitempty"` // messages that wait for the store
}

// readiness is true while messages can be taken, be it by the spool alone: a
// balancer that hears no would give platforms the errors that the spool is
// there to prevent. Warnings are told and change no status.
func (a *App) readiness() readiness {
	r := readiness{Ready: true, Status: "ok", Reasons: a.Troubles(), Notes: a.settings.notes()}
	if slices.ContainsFunc(r.Reasons, func(t trouble.Trouble) bool { return t.Code.Grade() == trouble.Fault }) {
		r.Status = "degraded"
	}
	if a.intake != nil {
		state := a.intake.State()
		r.Spooled = state.Spooled
		if state.Full {
			r.Ready, r.Status = false, "full"
		}
	}
	if a.stopping.Load() {
		r.Ready, r.Status = false, "stopping"
	}
	return r
}

// healthRoutes adds the two questions a machine asks: whether the program
// lives, and whether to send it residents.
func (a *App) healthRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, a.health())
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		r, code := a.readiness(), http.StatusOK
		if !r.Ready {
			code = http.StatusServiceUnavailable
		}
		writeJSON(w, code, r)
	})
}

func writeJSON(w http.ResponseWriter, code int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(value) // whoever asked has gone
}
