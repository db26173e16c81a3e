package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/doithoai/doithoai/bot/webchat"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/exchange"
)

// stopWait bounds Stop: long enough for the slowest message in work (a web
// request may wait 10 s for its save), short enough for the 30 s that
// container platforms give before they kill.
const stopWait = 15 * time.Second

// province stands in the heading of the web chat.
const province = "Quảng Ngãi"

// App is the running program.
type App struct {
	log      *slog.Logger
	version  string
	location *time.Location
	library  *library
	store    *store
	outbox   *delivery.Pull
	exchange *exchange.Exchange

	sites    []*site
	cleanups cleanups
	stopping atomic.Bool
	stopOnce sync.Once
	stopErr  error
}

// New opens everything the settings ask for and holds the addresses; nothing
// is served before Run. If it fails, what it opened is closed again.
func New(ctx context.Context, settings *config.Config, version string, log *slog.Logger) (*App, error) {
	if err := refuseUnsupported(settings); err != nil {
		return nil, err
	}
	a := &App{log: log.With("component", "app"), version: version, location: settings.Timezone}
	if err := a.open(ctx, settings, log); err != nil {
		return nil, errors.Join(err, a.Stop())
	}
	return a, nil
}

// open is the wiring, in one function so that the order can be read. Each
// cleanup is pushed where its thing was opened.
func (a *App) open(ctx context.Context, settings *config.Config, log *slog.Logger) error {
	var err error
	if a.store, err = openStore(settings.Data, log); err != nil {
		return err
	}
	a.cleanups.push("store", func(context.Context) error { return a.store.Close() })

	a.library = newLibrary(settings, a.store.dir, log)
	stop, err := a.library.open()
	if err != nil {
		return err
	}
	a.cleanups.push("knowledge", stop)

	sorry, err := apology(a.library)
	if err != nil {
		return err
	}
	a.outbox = delivery.NewPull(a.store)
	a.exchange, err = exchange.New(a.store, a.library, exchange.Config{
		Apology:  sorry,
		Location: a.location,
		Outlet:   a.outbox,
		Log:      log,
	})
	if err != nil {
		return fmt.Errorf("set up exchange: %w", err)
	}

	mux := http.NewServeMux()
	a.healthRoutes(mux)
	site, err := open(ctx, "web", "listen", settings.Listen, mux, log)
	if err != nil {
		return err
	}
	a.addSite(site)
	chat, err := a.webChat(settings, log)
	if err != nil {
		return err
	}
	mux.Handle("/", chat)
	site.server.RegisterOnShutdown(chat.Close)
	if settings.AdminListen != "" {
		site, err := open(ctx, "admin", "admin_listen", settings.AdminListen, adminRoutes(), log)
		if err != nil {
			return err
		}
		a.addSite(site)
	}
	return nil
}

func (a *App) addSite(s *site) {
	a.sites = append(a.sites, s)
	a.cleanups.push(s.name+" server", s.stop)
}

func (a *App) webChat(settings *config.Config, log *slog.Logger) (*webchat.Handler, error) {
	key, err := sessionKey(a.store.keyFile(), a.store.fresh)
	if err != nil {
		return nil, dataProblem(settings.Data, err)
	}
	return webchat.New(webchat.Config{
		Intake:         a.exchange,
		Outbox:         a.outbox,
		Logger:         log,
		Key:            key,
		PublicURL:      settings.PublicURL,
		TrustedProxies: settings.TrustedProxies,
		Province:       province,
	})
}

// Addr is where the web chat listens; it tells the port if the settings left
// the choice to the system.
func (a *App) Addr() net.Addr { return a.sites[0].listener.Addr() }

// Run serves until ctx ends or a part breaks down, then stops everything. It
// returns nil after an orderly end.
func (a *App) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var parts sync.WaitGroup
	run := func(part func() error) {
		parts.Go(func() {
			if err := part(); err != nil {
				cancel(err)
			}
		})
	}
	for _, s := range a.sites {
		run(s.run)
		a.log.Info("listening", "site", s.name, "address", s.listener.Addr().String())
	}

	<-ctx.Done()
	cause := context.Cause(ctx)
	if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
		cause = nil
	}
	err := a.Stop()
	parts.Wait()
	a.log.Info("stopped")
	return errors.Join(cause, err)
}

// Stop takes everything down, last opened first; a second call does nothing
// more. Run stops by itself: Stop is for an App that is not running.
func (a *App) Stop() error {
	a.stopOnce.Do(func() {
		a.stopping.Store(true)
		ctx, cancel := context.WithTimeout(context.Background(), stopWait)
		defer cancel()
		a.stopErr = a.cleanups.run(ctx)
	})
	return a.stopErr
}
