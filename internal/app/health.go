package app

import (
	"encoding/json"
	"net/http"
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

// healthRoutes adds the two questions a machine asks: whether the program
// lives, and whether to send it residents.
func (a *App) healthRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, a.health())
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		code := http.StatusOK
		if a.stopping.Load() {
			code = http.StatusServiceUnavailable
		}
		writeJSON(w, code, map[string]bool{"ready": code == http.StatusOK})
	})
}

func writeJSON(w http.ResponseWriter, code int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(value) // whoever asked has gone
}
