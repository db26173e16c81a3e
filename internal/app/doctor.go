package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"time"

	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/control"
	"github.com/doithoai/doithoai/internal/doctor"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/staff"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/trouble"
)

// Examine looks at everything a start needs and at a server that runs, without
// starting, and leaves all as it was. One finding does not keep it from the next.
func Examine(ctx context.Context, settings *config.Config) []trouble.Finding {
	x := &examination{settings: settings, now: time.Now()}
	limited, cancel := context.WithTimeout(ctx, doctor.ProbeTime)
	defer cancel()
	if client, err := Reach(limited, settings); err == nil {
		defer client.Close()
		x.server = client
		x.status, x.statusErr = client.Status(limited)
	}
	x.store, x.storeErr = Operate(limited, settings, slog.New(slog.DiscardHandler))
	if x.storeErr == nil {
		defer func() { _ = x.store.Close() }() // it was only read
	}
	return doctor.Run(ctx, x.checks()...)
}

// examination is one run of doctor.
type examination struct {
	settings  *config.Config
	now       time.Time
	server    *control.Client // nil if none runs
	status    control.Status  // of the server
	statusErr error
	store     *Operation
	storeErr  error // why there is no store
}

func (x *examination) running() bool { return x.server != nil }

// checks lists what is looked at, in the order of the report.
func (x *examination) checks() []doctor.Check {
	s := x.settings
	clocks := clocksOf(s)
	checks := []doctor.Check{x.service, x.channelsSet, doctor.Rights(s.SecretFiles(), s.Data), x.keep}
	if redis, ok := x.redis(); ok {
		clocks = append(clocks, doctor.RedisClock(redis))
	}
	return append(checks,
		doctor.Room(writtenFolders(s)...), x.media, doctor.Clocks(clocks), x.base, x.desks,
		x.telegram, x.zaloOA, x.zaloBot,
		doctor.Public(s.PublicURL, x.called(), x.running()),
		x.address("listen", s.Listen), x.address("admin_listen", s.AdminListen))
}

// redis is the store if it is one in Redis.
func (x *examination) redis() (*redisstore.Store, bool) {
	if x.storeErr != nil {
		return nil, false
	}
	redis, ok := x.store.store.(*redisstore.Store)
	return redis, ok
}

// failed tells of a problem as a finding.
func failed(area, name string, code trouble.Code, err error) trouble.Finding {
	text, cure := err.Error(), ""
	if p, ok := errors.AsType[*Problem](err); ok {
		text, cure = p.What, p.Cure
		if p.Err != nil {
			text += fmt.Sprintf(" (%v)", p.Err)
		}
	}
	return trouble.Found(area, name, code, text, cure)
}

func one(f trouble.Finding) []trouble.Finding { return []trouble.Finding{f} }

// service tells whether a server runs, and what it says is wrong.
func (x *examination) service(context.Context) []trouble.Finding {
	const area, name = "service", "Dịch vụ"
	switch {
	case !x.running():
		return one(trouble.Found(area, name, trouble.NotRunning, "chưa có chương trình nào chạy với thư mục "+x.settings.Data, ""))
	case x.statusErr != nil:
		return one(failed(area, name, trouble.NotRunning, Explain(x.statusErr)))
	}
	out := one(trouble.Well(area, name, "đang chạy từ "+x.at(x.status.Started)))
	for _, t := range x.status.Troubles {
		f := trouble.Found(area, "Dịch vụ báo", t.Code, t.What, t.Cure)
		if t.Where != "" {
			f.Name += " (" + t.Where + ")"
		}
		out = append(out, f)
	}
	for _, note := range x.status.Notes {
		out = append(out, trouble.Well(area, "Dịch vụ báo", note))
	}
	return out
}

func (x *examination) at(t time.Time) string {
	return t.In(x.settings.Timezone).Format("15:04 02/01/2006")
}

func (x *examination) channelsSet(context.Context) []trouble.Finding {
	if err := refuseSilence(x.settings); err != nil {
		return one(failed("settings", "Thiết đặt", trouble.SettingsBroken, err))
	}
	return one(trouble.Well("settings", "Thiết đặt", "có kênh để hỏi"))
}

// fileClass is the durability of the embedded store.
const fileClass = "; tin đã nhận còn nguyên khi chương trình bị tắt ngang hay mất điện"

// readTime bounds the reading of the store: of a large one the beginning has to do.
const readTime = 2 * time.Second

// keep looks at the store: how it keeps what it is given, and whether it can be
// read.
func (x *examination) keep(ctx context.Context) []trouble.Finding {
	const area, name = "store", "Kho lưu"
	file := storeFile(x.settings.Data)
	switch {
	case x.settings.Redis == "" && !x.running() && missing(file):
		if err := doctor.Writable(x.settings.Data); err != nil {
			return one(failed(area, name, trouble.FolderBroken, dataProblem(x.settings.Data, err)))
		}
		return one(trouble.Well(area, name, "sẽ được tạo ở "+file+fileClass))
	case x.storeErr != nil && x.settings.Redis != "":
		return one(failed(area, name, trouble.StoreDown, x.storeErr))
	case x.storeErr != nil:
		return one(failed(area, name, trouble.StoreBroken, x.storeErr))
	}
	if redis, ok := x.redis(); ok {
		return doctor.Redis(redis)(ctx)
	}
	read, err := x.read(ctx)
	if err != nil {
		return one(failed(area, name, trouble.StoreBroken, storeProblem(x.settings.Data, file, err)))
	}
	if x.running() {
		return one(trouble.Well(area, name, "chương trình đang chạy dùng"+read+fileClass))
	}
	return one(trouble.Well(area, name, file+" lành lặn"+read+fileClass))
}

// read reads what the store holds, as far as it comes.
func (x *examination) read(ctx context.Context) (told string, err error) {
	limited, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	n := 0
	err = x.store.Export(limited, func(record.Item) error { n++; return limited.Err() })
	switch {
	case err == nil:
		return fmt.Sprintf(", đọc được cả %d bản ghi", n), nil
	case limited.Err() != nil:
		return fmt.Sprintf(", đọc thử được %d bản ghi đầu", n), nil
	}
	return "", err
}

func (x *examination) media(context.Context) []trouble.Finding {
	const area, name = "media", "Hình, ghi âm"
	dir := mediaFolder(x.settings)
	if err := doctor.Writable(dir); err != nil {
		return one(failed(area, name, trouble.FolderBroken, mediaProblem(dir, err)))
	}
	return one(trouble.Well(area, name, "giữ ở "+dir+", một ngày, theo hồ sơ thì 30 ngày"))
}

func (x *examination) base(context.Context) []trouble.Finding {
	const area, name = "base", "Kho kiến thức"
	base, report := loadBase(x.settings.Knowledge)
	if base == nil {
		return one(failed(area, name, trouble.BaseBroken, refusedBase(x.settings.Knowledge, report)))
	}
	where := "kho có sẵn"
	if x.settings.Knowledge != "" {
		where = x.settings.Knowledge
	}
	well := trouble.Well(area, name, fmt.Sprintf("%s, %d mục, %d lời nhắc", where, len(base.IDs()), len(report.Warnings())))
	return slices.Concat(one(well), doctor.Reviews(base, x.now.In(x.settings.Timezone)), doctor.Phones(base))
}

// desks tells whether every desk of the file reaches a person.
func (x *examination) desks(ctx context.Context) []trouble.Finding {
	const area, name = "desks", "Cán bộ"
	if x.settings.Desks == "" {
		return nil
	}
	file, _, err := LoadDesks(x.settings, x.now)
	if err != nil {
		return one(failed(area, name, trouble.DesksBroken, err))
	}
	who := directory(nobody{}, file) // before the first start nobody is registered
	if x.storeErr == nil {
		if who, err = x.store.Staff(file); err != nil {
			return one(failed(area, name, trouble.StoreBroken, Explain(err)))
		}
	}
	if err := who.Fresh(ctx); err != nil {
		return one(failed(area, name, trouble.StoreBroken, Explain(err)))
	}
	return one(doctor.Desks(staff.Gaps(file, Writable{who.Snapshot(), x.settings}, x.now)))
}

func (x *examination) address(key, value string) doctor.Check {
	return func(ctx context.Context) []trouble.Finding {
		const area = "address"
		name := "Địa chỉ " + key
		if value == "" {
			return nil
		}
		if x.running() {
			return one(trouble.Well(area, name, value+", chương trình đang chạy giữ"))
		}
		var lc net.ListenConfig
		listener, err := lc.Listen(ctx, "tcp", value)
		if err == nil {
			err = listener.Close()
		}
		if err != nil {
			return one(failed(area, name, trouble.AddressTaken, listenProblem(key, value, err)))
		}
		return one(trouble.Well(area, name, value+" còn trống"))
	}
}
