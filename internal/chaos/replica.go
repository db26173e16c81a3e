package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// replicaVariable makes a process a replica: it holds its [plan].
const replicaVariable = "DOITHOAI_CHAOS_REPLICA"

// plan is what a replica is told.
type plan struct {
	Name      string
	Listen    string
	Data      string
	Knowledge string
	Redis     string // empty: the embedded store in Data
	Platform  string
	Telegram  *TelegramAccount // nil: the channel of our own
	Desks     string           // file of the desks of a run with officers, else empty
	Format    record.Format    // the newest that is read, of a run with an upgrade, else 0
	Began     time.Time        // of such a run: the time of day that its clock starts from
}

// RunReplica is the main of a replica: the whole program, on the settings of
// its plan, until SIGTERM. It reports false if this process is none.
func RunReplica() (replica bool, code int) {
	text, ok := os.LookupEnv(replicaVariable)
	if !ok {
		return false, 0
	}
	if err := runReplica(text); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return true, 1
	}
	return true, 0
}

func runReplica(text string) error {
	var p plan
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return fmt.Errorf("read plan: %w", err)
	}
	settings, err := p.settings()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil)).With("replica", p.Name)
	a, err := app.New(ctx, settings, "chaos", log, p.options(log))
	if err != nil {
		return err
	}
	return a.Run(ctx)
}

// settings are what an operator would have set.
func (p plan) settings() (*config.Config, error) {
	delay := "0"
	if p.Format != 0 {
		delay = drainSeconds
	}
	return config.Load("", []string{
		"DOITHOAI_STOP_DELAY=" + delay,
		"DOITHOAI_LISTEN=" + p.Listen, "DOITHOAI_DATA=" + p.Data,
		"DOITHOAI_KNOWLEDGE=" + p.Knowledge, "DOITHOAI_REDIS=" + p.Redis, "DOITHOAI_DESKS=" + p.Desks,
	})
}

// options are what such a replica has of its own.
func (p plan) options(log *slog.Logger) app.Options {
	switch {
	case p.Desks != "":
		hurry := func(d exchange.Decider) exchange.Decider { return hurried{d, p.Began} }
		return app.Options{Around: hurry, Channels: openers(casesChannel, p.Name, p.Platform)}
	case p.Telegram != nil:
		channel := openTelegram(p.Name, p.Platform, *p.Telegram, log)
		return app.Options{Decider: exchange.Talking(Counter{Alone: true}), Channels: []app.ChannelOpener{channel}}
	}
	return app.Options{Decider: exchange.Talking(Counter{}), Format: p.Format, Channels: openers(channelName, p.Name, p.Platform)}
}

// process is a running replica that can be treated badly. It is used by one
// goroutine.
type process struct {
	plan plan
	log  *os.File
	cmd  *exec.Cmd
	gone chan error
}

// newProcess prepares a replica in a folder of its own.
func newProcess(dir string, p plan) (*process, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	p.Listen, p.Data = net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), filepath.Join(dir, p.Name)
	if err := os.MkdirAll(p.Data, 0o700); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, p.Name+".log"))
	if err != nil {
		return nil, err
	}
	return &process{log: log, plan: p}, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

func (p *process) url() string { return "http://" + p.plan.Listen }

// startWait bounds start. A replica whose store does not answer gives up and is
// run again, as a service manager does.
const startWait = 60 * time.Second

// start runs the replica and waits until it takes messages.
func (p *process) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	for {
		err := p.startOnce(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		Wait(ctx, 200*time.Millisecond)
	}
}

// startOnce runs the replica; the error is why it ended at its start.
func (p *process) startOnce(ctx context.Context) error {
	text, err := json.Marshal(p.plan)
	if err != nil {
		return err
	}
	p.cmd = exec.Command(os.Args[0]) //nolint:gosec,noctx // this very program; it outlives any one context
	p.cmd.Env = append(os.Environ(), replicaVariable+"="+string(text))
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	p.cmd.SysProcAttr = diesWithParent()
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.plan.Name, err)
	}
	gone := make(chan error, 1)
	cmd := p.cmd
	go func() { gone <- cmd.Wait() }()
	p.gone = gone
	client := &http.Client{Timeout: time.Second}
	defer client.CloseIdleConnections()
	for ctx.Err() == nil {
		select {
		case err := <-gone:
			return fmt.Errorf("%s ended at its start: %w", p.plan.Name, err)
		default:
		}
		if isReady(ctx, client, p.url()) {
			return nil
		}
		Wait(ctx, 20*time.Millisecond)
	}
	return ctx.Err()
}

// kill ends the replica as a power cut would.
func (p *process) kill() error {
	if err := p.cmd.Process.Kill(); err != nil {
		return err
	}
	if err := <-p.gone; err == nil {
		return fmt.Errorf("%s ended by itself", p.plan.Name)
	}
	return nil
}

// terminate asks the replica to stop and waits for it. It must end in order.
func (p *process) terminate() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := <-p.gone; err != nil {
		return fmt.Errorf("%s did not stop in order: %w", p.plan.Name, err)
	}
	return nil
}

// freeze stops the replica for d, as a paused machine does.
func (p *process) freeze(ctx context.Context, d time.Duration) error {
	if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	Wait(ctx, d)
	return p.cmd.Process.Signal(syscall.SIGCONT)
}
