package app

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
)

// Formats is what an operator's command learns and does about the format that the
// store of the settings is written in.
type Formats struct{ store *redisstore.Store }

// OpenFormats opens the store of the settings for that. One in a file has nothing to be
// told: it belongs to one program, which raises it when it opens it.
func OpenFormats(ctx context.Context, settings *config.Config, log *slog.Logger) (*Formats, error) {
	if settings.Redis == "" {
		return nil, &Problem{
			What: fmt.Sprintf("Kho lưu trong một tệp thì không cần lệnh này: bản mới tự nâng nó lên khuôn %d khi mở lần đầu", record.Newest),
			Cure: "Muốn quay lại bản cũ được thì làm «doithoai backup» bằng bản cũ trước khi nâng cấp",
		}
	}
	store, err := openRedis(ctx, settings, log, false)
	if err != nil {
		return nil, err
	}
	return &Formats{store}, nil
}

// Census tells what is written, and who runs.
func (f *Formats) Census(ctx context.Context) (redisstore.Census, error) { return f.store.Census(ctx) }

// Raise has the newest format written that all who run read; see [redisstore.Store.Raise].
func (f *Formats) Raise(ctx context.Context) (redisstore.Census, error) { return f.store.Raise(ctx) }

// Close lets go of the store.
func (f *Formats) Close() error { return f.store.Close() }
