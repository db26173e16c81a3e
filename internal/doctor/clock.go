package doctor

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/doithoai/doithoai/internal/trouble"
)

// How far the clock may be off: tokens and signatures bear a minute at most,
// and a clock that is kept right is never off by seconds.
const (
	wrongClock = 60 * time.Second
	driftClock = 5 * time.Second
)

// Clock is somebody else's clock.
type Clock struct {
	Name string
	// Offset asks how far it is before ours.
	Offset func(ctx context.Context) (time.Duration, error)
}

// ErrCertificate says that a server's certificate is not valid at the time of
// our clock, which is more often wrong than the certificate.
var ErrCertificate = errors.New("certificate is not valid at this time")

// WebClock is the clock of a server, as its answers tell. Nothing is sent but
// a question for the head of its first page.
func WebClock(name, address string) Clock {
	return Clock{name, func(ctx context.Context) (time.Duration, error) { return askDate(ctx, address) }}
}

// askDate reads the header Date, which tells whole seconds.
func askDate(ctx context.Context, address string) (time.Duration, error) {
	client := &http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address+"/", nil)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	res, err := client.Do(req)
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return 0, ErrCertificate
	}
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	took := time.Since(began)
	told, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return 0, fmt.Errorf("read date: %w", err)
	}
	return told.Add(time.Second / 2).Sub(began.Add(took / 2)), nil
}

// Clocks compares our clock with others. One that is off by itself is outvoted:
// ours is wrong if the nearest to it is far.
func Clocks(clocks []Clock) Check {
	return func(ctx context.Context) []trouble.Finding {
		const area, name = "clock", "Đồng hồ"
		offsets, refused := askClocks(ctx, clocks)
		if len(offsets) == 0 {
			if refused {
				return []trouble.Finding{trouble.Found(area, name, trouble.ClockWrong,
					"chứng chỉ của nền tảng chưa có hay đã hết hiệu lực theo giờ máy này: đồng hồ máy sai, hoặc có kẻ đứng giữa", "")}
			}
			return []trouble.Finding{trouble.Well(area, name, "không so được: không hỏi được giờ của ai")}
		}
		least := offsets[0]
		for _, o := range offsets {
			if o.by.Abs() < least.by.Abs() {
				least = o
			}
		}
		switch off := least.by.Abs(); {
		case off > wrongClock:
			return []trouble.Finding{trouble.Found(area, name, trouble.ClockWrong, least.String(), "")}
		case off > driftClock:
			return []trouble.Finding{trouble.Found(area, name, trouble.ClockDrift, least.String(), "")}
		}
		return []trouble.Finding{trouble.Well(area, name, "đúng, so với "+least.of)}
	}
}

// offset is how far a clock is before ours.
type offset struct {
	of string
	by time.Duration
}

func (o offset) String() string {
	way := "chậm"
	if o.by < 0 {
		way = "nhanh"
	}
	return fmt.Sprintf("máy này %s hơn %s %s", way, o.of, duration(o.by.Abs()))
}

// askClocks asks all at once; refused says that one was not believed for the
// time of its certificate.
func askClocks(ctx context.Context, clocks []Clock) (offsets []offset, refused bool) {
	var mu sync.Mutex
	var asking sync.WaitGroup
	for _, c := range clocks {
		asking.Go(func() {
			by, err := c.Offset(ctx)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				offsets = append(offsets, offset{c.Name, by})
			}
			refused = refused || errors.Is(err, ErrCertificate)
		})
	}
	asking.Wait()
	return offsets, refused
}

// duration says a time as one reads it, in its two largest units.
func duration(d time.Duration) string {
	var parts []string
	for _, unit := range [...]struct {
		name string
		size time.Duration
	}{{"ngày", 24 * time.Hour}, {"giờ", time.Hour}, {"phút", time.Minute}, {"giây", time.Second}} {
		if n := d / unit.size; n > 0 && len(parts) < 2 {
			parts = append(parts, fmt.Sprintf("%d %s", n, unit.name))
			d %= unit.size
		}
	}
	if len(parts) == 0 {
		return "chưa đến 1 giây"
	}
	return strings.Join(parts, " ")
}
