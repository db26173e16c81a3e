package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"runtime/debug"
	"time"

	"github.com/doithoai/doithoai/internal/httphead"
)

// Timeouts of the servers. Event streams write for as long as they like, so
// there is no write timeout here: bot/webchat bounds its own answers.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 16 << 10
)

// site is one address with what is served there.
type site struct {
	name     string
	listener net.Listener
	server   *http.Server
}

// open binds the address; what is served there starts with run. https says that
// a proxy brings it to residents over nothing else.
func open(ctx context.Context, name, key, address string, handler http.Handler, https bool, log *slog.Logger) (*site, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, listenProblem(key, address, err)
	}
	return &site{
		name:     name,
		listener: listener,
		server: &http.Server{
			Handler:           httphead.Around(recovered(handler, log), https),
			ReadHeaderTimeout: readHeaderTimeout,
			ReadTimeout:       readTimeout,
			IdleTimeout:       idleTimeout,
			MaxHeaderBytes:    maxHeaderBytes,
			// What net/http logs by itself names client addresses and may quote
			// what they sent.
			ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		},
	}, nil
}

// run serves until stop; only an unexpected end is an error.
func (s *site) run() error {
	if err := s.server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", s.name, err)
	}
	return nil
}

// stop lets requests in work finish until ctx ends, then cuts them off.
func (s *site) stop(ctx context.Context) error {
	if err := s.server.Shutdown(ctx); err != nil {
		return errors.Join(err, s.server.Close())
	}
	// A site that never ran has a listener the server does not know.
	if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// draining has callers make a new connection for what follows once the program is
// stopping: one that is kept would be closed under them.
func (a *App) draining(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.stopping.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// recovered keeps one bad request from ending more than itself. The panic's
// value may hold what a resident wrote, so only its type is logged.
func recovered(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			value := recover()
			if value == nil {
				return
			}
			if value == http.ErrAbortHandler { //nolint:errorlint // the documented way to compare it
				panic(value)
			}
			logPanic(log, "request panicked", value)
			w.WriteHeader(http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}

func logPanic(log *slog.Logger, message string, value any) {
	log.Error(message, "panic", fmt.Sprintf("%T", value), "stack", string(debug.Stack())) //nolint:sloglint // the two callers' constants
}

// adminRoutes is what the operator's own address serves.
func adminRoutes(figures http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", figures)
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
