package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/spool"
	"github.com/doithoai/doithoai/internal/store/boltstore"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/trouble"
)

// liveStore is all that a running program asks of its store.
type liveStore interface {
	exchange.Store
	exchange.Worklist
	delivery.Queue
	delivery.Outbox
	delivery.Limiter
	delivery.Graveyard
	safe
	ledger
	// Key returns a key of its own for one purpose, the same for every program
	// over the same store.
	Key(purpose string) []byte
	// Troubles returns what is wrong with it now, without asking anybody.
	Troubles() []trouble.Trouble
	Close() error
}

// waker is a store that several programs share: what one of them saved for a
// page, another one may be serving.
type waker interface {
	delivery.Namer
	Listen(ctx context.Context, wake func(record.Name), missed func()) error
}

var (
	_ liveStore = (*boltstore.Store)(nil)
	_ liveStore = (*redisstore.Store)(nil)
	_ waker     = (*redisstore.Store)(nil)
)

// openStore opens the store of the settings; the data folder, which holds more
// than a store, is made if absent.
func openStore(ctx context.Context, settings *config.Config, log *slog.Logger, as redisstore.Options) (liveStore, error) {
	if settings.Redis == "" {
		return openFile(settings.Data, log)
	}
	if err := os.MkdirAll(settings.Data, 0o700); err != nil {
		return nil, dataProblem(settings.Data, err)
	}
	return openRedisAs(ctx, settings, log, as)
}

// redisPatience is how long a start waits for Redis, which may be starting too.
const redisPatience = 3 * time.Second

// openRedis opens the store in Redis for one command; for a restore also what
// another one left unfinished.
func openRedis(ctx context.Context, settings *config.Config, log *slog.Logger, restoring bool) (*redisstore.Store, error) {
	return openRedisAs(ctx, settings, log, redisstore.Options{Version: "(một lệnh)", Unfinished: restoring})
}

// openRedisAs opens the store in Redis as options say; the rest of them come from the
// settings.
func openRedisAs(ctx context.Context, settings *config.Config, log *slog.Logger, options redisstore.Options) (*redisstore.Store, error) {
	ctx, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	heard := new(atomic.Bool) // every try would tell the same
	options.Prefix, options.Log = settings.RedisPrefix, slog.New(muted{log.Handler(), heard})
	for tries := 0; ; tries++ {
		opened, err := redisstore.Open(ctx, settings.Redis, options)
		if err == nil {
			heard.Store(true)
			return opened, nil
		}
		if !errors.Is(err, exchange.ErrUnavailable) || ctx.Err() != nil {
			return nil, redisProblem(err)
		}
		if tries == 0 {
			log.WarnContext(ctx, "redis does not answer yet", "component", "app", "error", err)
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return nil, redisProblem(err)
		}
	}
}

// muted passes records on once it is heard.
type muted struct {
	slog.Handler
	heard *atomic.Bool
}

func (m muted) Enabled(ctx context.Context, level slog.Level) bool {
	return m.heard.Load() && m.Handler.Enabled(ctx, level)
}

func (m muted) WithAttrs(attrs []slog.Attr) slog.Handler {
	return muted{m.Handler.WithAttrs(attrs), m.heard}
}

func (m muted) WithGroup(name string) slog.Handler { return muted{m.Handler.WithGroup(name), m.heard} }

func redisProblem(err error) error {
	if moved, ok := errors.AsType[*exchange.MovedError](err); ok {
		return movedProblem("trong Redis", moved)
	}
	if format, ok := errors.AsType[*redisstore.FormatError](err); ok {
		return formatProblem("trong Redis", format.Have, format.Want)
	}
	if errors.Is(err, redisstore.ErrUnfinished) {
		return &Problem{
			What: "Kho lưu trong Redis đang phục hồi dở dang từ bản chép",
			Cure: "Chạy lại «doithoai restore» với bản chép đó cho đến khi xong",
		}
	}
	return &Problem{
		What: "Không mở được kho lưu trong Redis",
		Cure: "Xem Redis đã chạy chưa, địa chỉ, tài khoản và mật khẩu trong redis (biến DOITHOAI_REDIS) có đúng không",
		Err:  err,
	}
}

// formatProblem is that of a store which this program does not read.
func formatProblem(name string, have, want int) error {
	if have < want {
		return &Problem{
			What: fmt.Sprintf("Kho lưu %s do bản cũ quá ghi (khuôn %d, bản này đọc từ khuôn %d)", name, have, record.Oldest),
			Cure: "Chạy một bản ở giữa trước để nó nâng kho lên, rồi mới chạy bản này",
		}
	}
	return &Problem{
		What: fmt.Sprintf("Kho lưu %s do bản mới hơn ghi (khuôn %d, bản này đọc đến %d)", name, have, want),
		Cure: "Chạy lại bản mới hơn của chương trình; muốn dùng bản cũ này thì phải phục hồi bản chép làm trước lúc nâng cấp vào một kho mới",
	}
}

func spoolProblem(data string, err error) error {
	if _, ok := errors.AsType[*spool.InUseError](err); ok {
		return &Problem{
			What: "Thư mục " + data + " đang được một chương trình khác dùng",
			Cure: "Mỗi chương trình cần một thư mục data (biến DOITHOAI_DATA) riêng, cả khi dùng chung Redis",
		}
	}
	return dataProblem(data, err)
}

// openFile opens the embedded store in a folder, both made if absent.
func openFile(dir string, log *slog.Logger) (*boltstore.Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, dataProblem(dir, err)
	}
	name := filepath.Join(dir, "doithoai.db")
	opened, err := boltstore.Open(name, boltstore.Options{Log: log})
	if err != nil {
		return nil, openProblem(dir, name, err)
	}
	return opened, nil
}

func storeProblem(dir, name string, err error) error {
	if _, ok := errors.AsType[*boltstore.InUseError](err); ok {
		return &Problem{
			What: "Kho lưu " + name + " đang được một chương trình khác mở",
			Cure: "Có lẽ Đối Thoại đã chạy sẵn: dùng chương trình đó, hoặc tắt nó đi; muốn chạy hai cái thì đặt data thành hai thư mục khác nhau",
		}
	}
	if damaged, ok := errors.AsType[*boltstore.DamagedError](err); ok {
		return &Problem{
			What: "Kho lưu " + name + " bị hỏng",
			Cure: "Xem ổ đĩa; chép lại bản để dành, hoặc dời tệp này đi chỗ khác để bắt đầu kho mới (các cuộc trò chuyện đang dở sẽ mất)",
			Err:  damaged.Err,
		}
	}
	if format, ok := errors.AsType[*boltstore.FormatError](err); ok {
		return formatProblem(name, int(format.Have), int(format.Want))
	}
	return dataProblem(dir, err)
}

func dataProblem(dir string, err error) error {
	return &Problem{
		What: "Không đọc ghi được thư mục lưu " + dir,
		Cure: "Cho tài khoản chạy chương trình quyền ghi vào đó, hoặc đặt data (biến DOITHOAI_DATA) thành thư mục khác",
		Err:  err,
	}
}
