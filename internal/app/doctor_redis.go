package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/store/redisstore"
)

// examineRedis tells what becomes of messages when a server fails. It opens the
// store as a start would; a server that holds nothing gets the key of a new one.
func examineRedis(ctx context.Context, settings *config.Config) (string, error) {
	store, err := openRedis(ctx, settings, slog.New(slog.DiscardHandler), false)
	if err != nil {
		return "", err
	}
	class, err := store.Class(ctx)
	if err := errors.Join(err, store.Close()); err != nil {
		return "", redisProblem(err)
	}
	return classText(class)
}

// classText puts a class of durability into an operator's words; what needs
// mending is an error.
func classText(c redisstore.Class) (string, error) {
	if !c.Known {
		return "Redis trả lời, nhưng không cho xem nó được đặt thế nào; hỏi nơi cho thuê: appendfsync, min-replicas-to-write, maxmemory-policy", nil
	}
	var wrong, cures []string
	mend := func(what, cure string) { wrong, cures = append(wrong, what), append(cures, cure) }
	replicated := c.Wait.Replicas > 0
	if replicated && c.MinReplicas < 1 {
		mend("máy chủ Redis bị tách ra một mình vẫn nhận tin rồi mất tin đó", "đặt min-replicas-to-write 1 ở mọi máy Redis")
	}
	if !replicated && (c.Fsync == "never" || c.Fsync == "no") {
		mend("Redis tắt là mất tin đã nhận", "đặt appendonly yes và appendfsync always")
	}
	if c.Eviction != "noeviction" {
		mend("Redis đầy thì tự vứt tin đã nhận (maxmemory-policy "+c.Eviction+")", "đặt maxmemory-policy noeviction")
	}
	if len(wrong) > 0 {
		return "", &Problem{What: "Trong Redis " + strings.Join(wrong, "; "), Cure: "Sửa ở tệp thiết đặt của Redis: " + strings.Join(cures, "; ")}
	}
	text := "Redis trả lời"
	if c.Servers > 1 {
		text = fmt.Sprintf("%d máy chủ Redis trả lời", c.Servers)
	}
	switch {
	case replicated:
		text += "; tin đã nhận nằm ở ít nhất hai máy"
	case c.Fsync == "always":
		text += "; tin đã nhận còn nguyên khi Redis bị tắt ngang hay mất điện"
	default:
		text += "; Redis bị tắt ngang hay mất điện có thể mất đến hai giây cuối (appendfsync always thì không mất)"
	}
	return text, nil
}
