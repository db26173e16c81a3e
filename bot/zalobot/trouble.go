package zalobot

import (
	"context"
	"log/slog"
	"sync"
)

// Troubles, as an operator reads them.
const (
	troubleSetup    = "chưa thiết lập được với Zalo, sẽ thử lại"
	troubleToken    = "Zalo không nhận mã bot: lấy mã mới trong «Zalo Bot Creator», ghi vào zalo_bot.token rồi chạy lại" //nolint:gosec // no token
	troublePoll     = "Zalo không trả lời, sẽ thử lại"
	troubleConflict = "có chương trình khác đang lấy tin của bot này, hoặc webhook đang đặt: tắt bên kia đi"
	troubleIntake   = "chưa lưu được tin bà con gửi"
	troubleLease    = "không gia hạn được lượt lấy tin"
	troubleTakeover = "webhook bị bên khác đổi, đã đặt lại"
	troubleVerify   = "Zalo chưa gọi tới được webhook"
	troubleTests    = "hết lượt thử webhook của hôm nay, webhook vẫn như trước"
	troubleQuota    = "Zalo báo hết hạn mức tin của gói: tin chờ lại, bà con chưa nhận được. Nâng gói hoặc chuyển bà con sang kênh khác"
)

// troubles tells of each trouble once when it begins and once when it is over,
// however often it is met in between.
type troubles struct {
	log *slog.Logger

	mu sync.Mutex
	on map[string]bool
}

func newTroubles(log *slog.Logger) *troubles {
	return &troubles{log: log, on: map[string]bool{}}
}

// met tells of a trouble of that name.
func (t *troubles) met(ctx context.Context, name string, err error) {
	t.mu.Lock()
	known := t.on[name]
	t.on[name] = true
	t.mu.Unlock()
	level := slog.LevelWarn
	if known {
		level = slog.LevelDebug
	}
	t.log.Log(ctx, level, "trouble", "what", name, "error", err)
}

// over tells that there is none of these names any more.
func (t *troubles) over(ctx context.Context, names ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range names {
		if t.on[name] {
			delete(t.on, name)
			t.log.InfoContext(ctx, "trouble is over", "what", name)
		}
	}
}
