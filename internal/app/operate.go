package app

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/control"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
	"github.com/doithoai/doithoai/internal/store/redisstore"
)

// Operation is a store in the hands of an operator's command. What it does goes
// through the running server if there is one. Its errors are to be told with
// [Explain].
type Operation struct {
	control.Operator
	// Live says that a server is running and goes on saving meanwhile.
	Live bool

	store engine // nil if Live
	close func() error
}

// engine is a store as an operator's command opens it.
type engine interface {
	control.Operator
	Import(ctx context.Context, items iter.Seq2[record.Item, error]) error
	Retire(ctx context.Context, to string) error
	Close() error
}

var (
	_ engine = (*boltstore.Store)(nil)
	_ engine = (*redisstore.Store)(nil)
)

// reinstater is a store that others may have open while it is moved: it is
// retired before it is copied, so that no save falls in between, and reinstated
// if copying fails.
type reinstater interface {
	Reinstate(ctx context.Context) error
}

// Operate finds the store of the settings: one that all may open together is
// opened, one that belongs to a single process is reached through the server
// that has it, and opened if there is none. Close ends the operation. Nothing
// is made: without a store the error says so.
func Operate(ctx context.Context, settings *config.Config, log *slog.Logger) (*Operation, error) {
	if settings.Redis == "" {
		client, err := control.Dial(ctx, socketFile(settings.Data))
		switch {
		case err == nil:
			return &Operation{Operator: client, Live: true, close: func() error { client.Close(); return nil }}, nil
		case !errors.Is(err, control.ErrNotRunning):
			return nil, dialProblem(settings.Data, err)
		}
		if name := storeFile(settings.Data); missing(name) {
			return nil, &Problem{
				What: "Không có kho lưu nào ở " + name,
				Cure: "Gõ lệnh ở đúng thư mục và với đúng thiết đặt của dịch vụ (data, biến DOITHOAI_DATA)",
			}
		}
	}
	store, err := openOperator(ctx, settings, log, false)
	if err != nil {
		return nil, err
	}
	return &Operation{Operator: store, store: store, close: store.Close}, nil
}

// openOperator opens the store of the settings for one command; for a restore
// also what another one left unfinished.
func openOperator(ctx context.Context, settings *config.Config, log *slog.Logger, restoring bool) (engine, error) {
	if settings.Redis != "" {
		return openRedis(ctx, settings, log, restoring)
	}
	name := storeFile(settings.Data)
	store, err := boltstore.Open(name, boltstore.Options{Log: log, SweepEvery: -1, Unfinished: restoring})
	if err != nil {
		return nil, openProblem(settings.Data, name, err)
	}
	return store, nil
}

// openProblem is storeProblem with what operators themselves bring about.
func openProblem(dir, name string, err error) error {
	if moved, ok := errors.AsType[*exchange.MovedError](err); ok {
		return movedProblem(name, moved)
	}
	if _, ok := errors.AsType[*boltstore.UnfinishedError](err); ok {
		return &Problem{
			What: "Kho lưu " + name + " đang phục hồi dở dang",
			Cure: "Gõ lại «doithoai restore» với bản chép đó; kho này chưa có gì khác để mất",
		}
	}
	return storeProblem(dir, name, err)
}

// Close lets go of the store.
func (o *Operation) Close() error { return o.close() }

// Compact makes the store give back the space of what was erased, if it is one
// that keeps it. It returns the size before and after, in bytes.
func (o *Operation) Compact(ctx context.Context) (before, after int64, err error) {
	c, ok := o.Operator.(control.Compactor)
	if !ok {
		return 0, 0, &Problem{What: "Kho lưu này tự dọn, không cần lệnh compact", Cure: "Lệnh này chỉ dành cho kho lưu trong một tệp"}
	}
	return c.Compact(ctx)
}

// Reach finds the server that is running on this machine with the settings'
// data folder.
func Reach(ctx context.Context, settings *config.Config) (*control.Client, error) {
	client, err := control.Dial(ctx, socketFile(settings.Data))
	if err != nil {
		return nil, dialProblem(settings.Data, err)
	}
	return client, nil
}

// openControl opens the place where operators' commands reach the running
// server: a site like any other, but on a socket in the data folder. A folder
// that can hold no socket costs the commands, not the service. A backup may
// take minutes; a server that stops does not wait for it.
func (a *App) openControl(ctx context.Context, data string, operator control.Operator, log *slog.Logger) error {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return dataProblem(data, err)
	}
	listener, err := control.Listen(ctx, socketFile(data))
	if inUse, ok := errors.AsType[*control.InUseError](err); ok {
		return &Problem{
			What: "Một chương trình khác đang chạy với thư mục lưu " + data + " và giữ " + inUse.Path,
			Cure: "Dùng chương trình đó, hoặc tắt nó đi; muốn chạy hai cái thì đặt data thành hai thư mục khác nhau",
		}
	}
	if err != nil {
		a.log.WarnContext(ctx, "operators' commands cannot reach this server", "error", err)
		return nil
	}
	serving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	server := &http.Server{
		Handler: recovered(control.Handler(control.Config{
			Operator: operator, Intake: a.exchange, Safe: watched{a.store, a.stored}, Status: a.status, Log: log,
		}), log),
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		BaseContext:       func(net.Listener) context.Context { return serving },
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	server.RegisterOnShutdown(cancel)
	a.addSite(&site{name: "control", listener: listener, server: server})
	return nil
}

// stored tells the channels what an operator's command has put into the safe.
func (a *App) stored(name string) {
	for _, c := range a.channels {
		if c.Stored != nil {
			c.Stored(name)
		}
	}
}

func storeFile(data string) string  { return filepath.Join(data, "doithoai.db") }
func socketFile(data string) string { return filepath.Join(data, "ctl.sock") }

func missing(name string) bool {
	_, err := os.Stat(name)
	return errors.Is(err, fs.ErrNotExist)
}

// dialProblem says why a running server cannot be reached.
func dialProblem(data string, err error) error {
	switch {
	case errors.Is(err, control.ErrNotRunning):
		return &Problem{
			What: "Không có chương trình nào đang chạy với thư mục lưu " + data,
			Cure: "Chạy «doithoai serve» rồi gõ lại; nếu nó đang chạy, gõ lệnh ở đúng thư mục và với đúng thiết đặt của nó (data, biến DOITHOAI_DATA)",
		}
	case errors.Is(err, control.ErrSilent):
		return &Problem{
			What: "Chương trình đang chạy với thư mục lưu " + data + " không trả lời",
			Cure: "Chờ một lát rồi gõ lại; vẫn vậy thì khởi động lại nó",
		}
	case errors.Is(err, fs.ErrPermission):
		return &Problem{
			What: "Tài khoản này không được vào thư mục lưu " + data,
			Cure: "Gõ lệnh bằng tài khoản chạy dịch vụ, như: sudo -u doithoai doithoai …",
		}
	}
	return Explain(err)
}

func movedProblem(name string, moved *exchange.MovedError) error {
	return &Problem{
		What: "Kho lưu " + name + " đã dời đi, không dùng nữa (bản chép lúc dời: " + moved.To + ")",
		Cure: "Chạy ở nơi mới; muốn quay lại đây thì đặt data thành một thư mục mới rồi «doithoai restore» bản chép đó",
	}
}

// Explain tells what can go wrong in an operator's command in his language; an
// error that it does not know stays as it is.
func Explain(err error) error {
	if _, told := errors.AsType[*Problem](err); told {
		return err
	}
	if moved, ok := errors.AsType[*exchange.MovedError](err); ok {
		return movedProblem("của dịch vụ", moved)
	}
	for _, known := range [...]struct {
		err        error
		what, cure string
	}{
		{context.Canceled, "Đã dừng giữa chừng theo lệnh", "Gõ lại lệnh khi muốn làm tiếp"},
		{control.ErrInterrupted, "Chương trình đang chạy đã dừng khi việc chưa xong", "Xem nhật ký của nó, cho nó chạy lại rồi gõ lại lệnh"},
		{control.ErrUnsupported, "Chương trình đang chạy không biết làm việc này", "Cho chạy cùng một phiên bản với lệnh này, hoặc dừng nó rồi gõ lại"},
		{exchange.ErrUnavailable, "Kho lưu không trả lời", "Xem máy giữ kho lưu rồi gõ lại lệnh"},
		{exchange.ErrClosed, "Kho lưu đang đóng", "Chờ chương trình khởi động lại rồi gõ lại lệnh"},
	} {
		if errors.Is(err, known.err) {
			return &Problem{What: known.what, Cure: known.cure}
		}
	}
	return err
}
