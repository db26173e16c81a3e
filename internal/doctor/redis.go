package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/trouble"
)

const (
	storeArea = "store"
	// leastRedis is the oldest version that is supported.
	leastRedis = "7.0"
	// fullRedis is the part of its bound from which the memory of a server is full,
	// lowRedis that from which it soon will be.
	fullRedis, lowRedis = 0.97, 0.85
)

// Redis looks at how the servers keep what they are given, and how they are.
func Redis(store *redisstore.Store) Check {
	return func(ctx context.Context) []trouble.Finding {
		class, err := store.Class(ctx)
		if err != nil {
			return []trouble.Finding{trouble.Found(storeArea, "Kho lưu", trouble.StoreDown, "", "")}
		}
		return append(judgeClass(class), RedisNow(store)(ctx)...)
	}
}

// RedisNow looks at what may change while the servers run: whether they throw
// away, their memory, their disk and their clocks.
func RedisNow(store *redisstore.Store) Check {
	return func(ctx context.Context) []trouble.Finding {
		standing, err := store.Standing(ctx)
		if err != nil {
			return nil // the store itself tells that it is away
		}
		return judgeStanding(standing)
	}
}

// RedisClock is the clock of the servers.
func RedisClock(store *redisstore.Store) Clock {
	return Clock{"máy chủ Redis", func(ctx context.Context) (time.Duration, error) {
		standing, err := store.Standing(ctx)
		return standing.Offset, err
	}}
}

// judgeClass puts a class of durability into an operator's words.
func judgeClass(c redisstore.Class) []trouble.Finding {
	const name = "Kho lưu"
	if !c.Known {
		return []trouble.Finding{trouble.Found(storeArea, name, trouble.StoreLossy,
			"Redis trả lời, nhưng không cho xem nó được đặt thế nào",
			"Hỏi nơi cho thuê: appendfsync, min-replicas-to-write, maxmemory-policy").Milder()}
	}
	var out []trouble.Finding
	replicated := c.Wait.Replicas > 0
	if replicated && c.MinReplicas < 1 {
		out = append(out, trouble.Found(storeArea, name, trouble.StoreLossy, "máy chủ Redis bị tách ra một mình vẫn nhận tin rồi mất tin đó",
			"Đặt min-replicas-to-write 1 ở mọi máy Redis"))
	}
	if !replicated && (c.Fsync == "never" || c.Fsync == "no") {
		out = append(out, trouble.Found(storeArea, name, trouble.StoreLossy, "Redis tắt là mất tin đã nhận",
			"Đặt appendonly yes và appendfsync always ở tệp thiết đặt của Redis"))
	}
	if replicated && c.Fsync != "always" {
		// A server that was killed and is back at once may become master again with
		// what it had on its disk, and the others then follow it.
		out = append(out, trouble.Found(storeArea, name, trouble.StoreLossy, "máy Redis bị tắt rồi tự chạy lại có thể lên làm máy chính với dữ liệu cũ",
			"Đặt appendonly yes và appendfsync always ở mọi máy Redis").Milder())
	}
	if c.Eviction != "noeviction" {
		out = append(out, trouble.Found(storeArea, name, trouble.StoreEviction, "Redis đầy thì tự vứt tin đã nhận (maxmemory-policy "+c.Eviction+")", ""))
	}
	if len(out) == 0 {
		out = append(out, trouble.Well(storeArea, name, durability(c, replicated)))
	}
	return out
}

func durability(c redisstore.Class, replicated bool) string {
	text := "Redis trả lời"
	if c.Servers > 1 {
		text = fmt.Sprintf("%d máy chủ Redis trả lời", c.Servers)
	}
	switch {
	case replicated:
		return text + "; tin đã nhận nằm ở ít nhất hai máy"
	case c.Fsync == "always":
		return text + "; tin đã nhận còn nguyên khi Redis bị tắt ngang hay mất điện"
	}
	return text + "; Redis bị tắt ngang hay mất điện có thể mất đến hai giây cuối (appendfsync always thì không mất)"
}

func judgeStanding(s redisstore.Standing) []trouble.Finding {
	if !s.Known {
		return nil
	}
	var out []trouble.Finding
	if s.OlderThan(leastRedis) {
		out = append(out, trouble.Found(storeArea, "Bản Redis", trouble.StoreVersion, "Redis "+s.Version+" cũ hơn bản "+leastRedis, ""))
	}
	memory := "đang dùng " + Bytes(s.Used)
	part := 0.0
	if s.Max > 0 {
		part = float64(s.Used) / float64(s.Max)
		memory += fmt.Sprintf(" trên %s (%d %%)", Bytes(s.Max), int(part*100))
	} else {
		memory += ", không đặt maxmemory"
	}
	switch {
	case part > fullRedis:
		out = append(out, trouble.Found(storeArea, "Bộ nhớ Redis", trouble.StoreFull, memory, ""))
	case part > lowRedis:
		out = append(out, trouble.Found(storeArea, "Bộ nhớ Redis", trouble.StoreMemory, memory, ""))
	default:
		out = append(out, trouble.Well(storeArea, "Bộ nhớ Redis", strings.TrimSpace(memory)))
	}
	if s.WriteFails {
		out = append(out, trouble.Found(storeArea, "Đĩa của Redis", trouble.StoreDisk, "", ""))
	}
	return out
}
