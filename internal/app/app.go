package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/webchat"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/control"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/media"
	"github.com/doithoai/doithoai/internal/metrics"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/spool"
	"github.com/doithoai/doithoai/internal/staff"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/trace"
)

// stopWait bounds Stop: long enough for the slowest message in work (a web
// request may wait 10 s for its save) and for sends under way, short enough for
// the 30 s that container platforms give before they kill. What the operator sets as
// stop_delay comes before it.
const (
	stopWait  = 20 * time.Second
	drainWait = 8 * time.Second // of delivery, inside stopWait
)

// App is the running program.
type App struct {
	log       *slog.Logger
	version   string
	location  *time.Location
	library   *library
	store     liveStore
	outbox    *delivery.Pull
	shelf     *shelf
	media     *media.Public // for our own page
	published *media.Public // for platforms; nil without a public address
	exchange  *exchange.Exchange
	intake    *exchange.Intake // nil without channels that give up early
	channels  []Channel
	heard     map[string]*heard // by lane
	lanes     []string          // of all that is sent
	metrics   *metrics.Metrics
	tracing   tracing
	office    *office          // nil without desks
	chat      *webchat.Handler // nil if it is switched off
	spool     *spool.Spool     // nil without an intake

	stopDelay time.Duration

	started  time.Time
	settings inForce
	logging  *Log // nil if nobody can change it
	lookout  *lookout

	sites    []*site
	loops    []*loop
	cleanups cleanups
	stopping atomic.Bool
	stopOnce sync.Once
	stopErr  error
}

// Options change what the program is made of; the zero value changes nothing.
type Options struct {
	// Decider decides in place of the engine.
	Decider exchange.Decider
	// Around, if not nil, is given what would decide and returns what does.
	Around func(exchange.Decider) exchange.Decider
	// Channels are served beside those of the settings.
	Channels []ChannelOpener
	// Format is the newest that is read and written over Redis; [record.Newest] if
	// zero. With an earlier one it is as if a program of then took part in an upgrade.
	Format record.Format
	// Fetch says how files are got that platforms name by address; whose hosts
	// they may be is the channels' to say.
	Fetch media.FetchConfig
	// Log, if not nil, is what is changed when settings are read again.
	Log *Log
}

// New opens everything the settings ask for and holds the addresses; nothing
// is served before Run. If it fails, what it opened is closed again.
func New(ctx context.Context, settings *config.Config, version string, log *slog.Logger, options Options) (*App, error) {
	if err := refuseSilence(settings); err != nil {
		return nil, err
	}
	log = slog.New(trace.Log(log.Handler()))
	a := &App{
		log: log.With("component", "app"), version: version, location: settings.Timezone,
		started: time.Now().UTC(), logging: options.Log, heard: map[string]*heard{},
		stopDelay: settings.StopDelay, metrics: metrics.New(version),
	}
	a.settings.began, a.settings.now = settings, settings
	if err := a.open(ctx, settings, log, options); err != nil {
		return nil, errors.Join(err, a.Stop())
	}
	return a, nil
}

// open is the wiring, in one function so that the order can be read. Each
// cleanup is pushed where its thing was opened, so what is opened last stops
// first: the doors, then what works off, then what is worked on.
func (a *App) open(ctx context.Context, settings *config.Config, log *slog.Logger, options Options) error {
	var err error
	if a.store, err = openStore(ctx, settings, log, redisstore.Options{Version: a.version, Newest: options.Format}); err != nil {
		return err
	}
	a.cleanups.push("store", func(context.Context) error { return a.store.Close() })

	if err := a.openTracing(ctx, settings.Tracing, log); err != nil {
		return err
	}
	a.lookout = newLookout(settings, a.store)
	a.addLoop("lookout", a.lookout.run)

	a.library = newLibrary(settings, settings.Data, log)
	if err := a.library.open(); err != nil {
		return err
	}
	a.cleanups.push("knowledge", a.library.close)

	if a.office, err = a.openOffice(ctx, settings, log); err != nil {
		return err
	}
	if err := a.openMedia(settings, log); err != nil {
		return err
	}

	// A channel needs a door to bring messages to, and delivery, behind that
	// door, needs the channel to send: the doors are opened last.
	direct, quick := new(hall), new(hall)
	texts, err := bot.Channel()
	if err != nil {
		return err
	}
	channels, err := openChannels(wiring{
		settings: settings, doors: Doors{Direct: direct, Quick: quick}, safe: a.store,
		texts: texts, count: a.metrics.ChannelEvent, quota: a.metrics.ChannelQuota, log: log,
		shelf: a.shelf, published: a.published, fetch: options.Fetch,
	}, options.Channels)
	if err != nil {
		return err
	}
	a.channels = channels
	decider := options.Decider
	if decider == nil {
		if decider, err = a.decider(a.office); err != nil {
			return err
		}
	}
	if options.Around != nil {
		decider = options.Around(decider)
	}
	if err := a.openExchange(channels, a.metrics.Decider(decider), log); err != nil {
		return err
	}
	inner := Door(a.exchange)
	if a.office != nil {
		inner = staff.NewFront(a.office.directory, a.exchange)
	}
	direct.door = a.tracing.door(a.metrics.Door(inner))
	quick.door = direct.door
	if len(channels) > 0 {
		if err := a.openIntake(settings.Data, inner, log); err != nil {
			return err
		}
		quick.door = a.tracing.door(a.metrics.Door(a.intake))
	}

	mux := http.NewServeMux()
	a.healthRoutes(mux)
	a.serveMedia(mux)
	site, err := open(ctx, "web", "listen", settings.Listen, a.draining(a.counted(mux)), strings.HasPrefix(settings.PublicURL, "https://"), log)
	if err != nil {
		return err
	}
	a.addSite(site)
	if settings.Web.Enabled {
		chat, err := a.webChat(settings, texts.Province, log)
		if err != nil {
			return err
		}
		a.chat = chat
		mux.Handle("/", chat)
		site.server.RegisterOnShutdown(chat.Close)
	}
	for _, c := range channels {
		a.addChannel(c, mux)
	}
	if operator, ok := a.store.(control.Operator); ok {
		if err := a.openControl(ctx, settings.Data, operator, log); err != nil {
			return err
		}
	}
	if settings.AdminListen != "" {
		site, err := open(ctx, "admin", "admin_listen", settings.AdminListen, adminRoutes(a.metrics.Handler()), false, log)
		if err != nil {
			return err
		}
		a.addSite(site)
		a.addLoop("metrics", a.gatherer(settings.Data, log))
	}
	return nil
}

// openExchange sets up what takes messages and what sends them.
func (a *App) openExchange(channels []Channel, decider exchange.Decider, log *slog.Logger) error {
	sorry, err := apology(a.library)
	if err != nil {
		return err
	}
	store := a.tracing.store(a.metrics.Store(a.store))
	a.outbox = delivery.NewPull(store)
	lanes := a.errandLanes(channels)
	for i, l := range lanes {
		lanes[i].Sender = a.tracing.sender(l.Lane, a.metrics.Sender(l.Lane, l.Sender))
	}
	for _, c := range channels {
		c.Lane.Sender = patient{a.tracing.sender(c.Lane.Lane, a.metrics.Sender(c.Lane.Lane, c.Lane.Sender)), a.shelf}
		lanes = append(lanes, c.Lane)
	}
	a.showFrom(channels, lanes)
	push, err := delivery.NewPush(store, store, lanes, delivery.Options{Drain: drainWait, Log: log, Observer: a.metrics.Observer()})
	if err != nil {
		return fmt.Errorf("set up delivery: %w", err)
	}
	outlet, err := delivery.NewRouter(a.outbox, push, webchat.Channel)
	if err != nil {
		return fmt.Errorf("set up delivery: %w", err)
	}
	a.exchange, err = exchange.New(store, decider, exchange.Config{
		Apology:  sorry,
		Graves:   a.store,
		MediaKey: a.store.Key("media"),
		TraceKey: a.store.Key("trace"),
		Location: a.location,
		Outlet:   outlet,
		Log:      log,
	})
	if err != nil {
		return fmt.Errorf("set up exchange: %w", err)
	}
	a.addLoop("delivery", push.Run)
	a.addLoop("work", func(ctx context.Context) error { return a.exchange.Work(ctx, store) })
	if wakes, ok := a.store.(waker); ok {
		a.addLoop("wakes", func(ctx context.Context) error { return wakes.Listen(ctx, a.outbox.WakeName, a.outbox.WakeAll) })
	}
	return nil
}

// openIntake sets up the spool and the door before it.
func (a *App) openIntake(data string, inner Door, log *slog.Logger) error {
	kept, err := spool.Open(filepath.Join(data, "spool"), spool.Options{Log: log, KeepAside: record.KeepDead})
	if err != nil {
		return spoolProblem(data, err)
	}
	a.cleanups.push("spool", func(context.Context) error { return kept.Close() })
	a.spool = kept
	a.intake = exchange.NewIntake(inner, a.metrics.Spool(kept), exchange.IntakeConfig{TooLate: tooLate, TraceKey: a.store.Key("trace"), Log: log})
	a.addLoop("intake", func(ctx context.Context) error { a.intake.Run(ctx); return nil })
	return nil
}

// tooLate is what becomes of a message that nobody answered for two days: an
// answer would meet somebody who has long asked elsewhere.
func tooLate(m bot.Message) bot.Message {
	return bot.Message{Chat: m.Chat, ID: m.ID, At: m.At, Kind: bot.KindLate}
}

func (a *App) addSite(s *site) {
	a.sites = append(a.sites, s)
	a.cleanups.push(s.name+" server", s.stop)
}

func (a *App) webChat(settings *config.Config, province string, log *slog.Logger) (*webchat.Handler, error) {
	return webchat.New(webchat.Config{
		Intake:         a.tracing.door(a.metrics.Door(a.exchange)),
		Outbox:         patientPull{a.outbox, a.shelf},
		Media:          a.media,
		Logger:         log,
		Key:            a.store.Key("web sessions"),
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
	for _, l := range a.loops {
		l.start(func(err error) { cancel(err) })
	}
	for _, s := range a.sites {
		run(s.run)
		a.log.InfoContext(ctx, "listening", "site", s.name, "address", s.listener.Addr().String())
	}

	<-ctx.Done()
	cause := context.Cause(ctx)
	if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
		cause = nil
	}
	if cause == nil {
		a.drain()
	}
	err := a.Stop()
	parts.Wait()
	a.log.InfoContext(ctx, "stopped")
	return errors.Join(cause, err)
}

// drain lets whoever distributes residents over several servers find out that this one
// ends: readyz says so while everything is still served.
func (a *App) drain() {
	a.stopping.Store(true)
	if a.stopDelay <= 0 {
		return
	}
	a.log.Info("stopping", "after", a.stopDelay)
	time.Sleep(a.stopDelay) // a second signal ends the program at once
}

// Stop takes everything down, last opened first; a second call does nothing
// more. Run stops by itself: Stop is for an App that is not running.
func (a *App) Stop() error {
	a.stopOnce.Do(func() {
		a.stopping.Store(true)
		a.settings.mu.Lock() // a reload under way ends first, and none follows
		defer a.settings.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), stopWait)
		defer cancel()
		a.stopErr = a.cleanups.run(ctx)
	})
	return a.stopErr
}
