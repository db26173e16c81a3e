package app

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/telegram"
	"github.com/doithoai/doithoai/bot/zalobot"
	"github.com/doithoai/doithoai/bot/zalooa"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/control"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/staff"
	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

// Staff returns who is registered in the store, with the officers of a file;
// without one if that is nil.
func (o *Operation) Staff(file *desks.Desks) (*staff.Directory, error) {
	safe, ok := o.Operator.(staff.Safe)
	if !ok {
		return nil, control.ErrUnsupported
	}
	return directory(safe, file), nil
}

func directory(safe staff.Safe, file *desks.Desks) *staff.Directory {
	return staff.New(staff.Config{Safe: safe, Roster: func() staff.Roster {
		if file == nil {
			return nil
		}
		return file
	}})
}

// Cases shows every case that the store holds, in no order.
func (o *Operation) Cases(ctx context.Context, show func(record.Case) error) error {
	return control.Cases(ctx, o.Operator, show)
}

// Counts returns the counters of one day ("2006-01-02"), by name.
func (o *Operation) Counts(ctx context.Context, day string) (map[string]uint64, error) {
	c, ok := o.Operator.(control.Counter)
	if !ok {
		return nil, control.ErrUnsupported
	}
	return c.Counts(ctx, day)
}

// FindCase returns the case of that code; [record.ErrNotFound] if there is none.
func (o *Operation) FindCase(ctx context.Context, code string) (record.Case, error) {
	finder, ok := o.Operator.(control.CaseFinder)
	if !ok {
		return record.Case{}, control.ErrUnsupported
	}
	return finder.FindCase(ctx, code)
}

// LoadDesks reads the file of the officers, and the knowledge base that it is
// checked against. The base is there also if the file cannot be used.
func LoadDesks(settings *config.Config, now time.Time) (*desks.Desks, *knowledge.Base, error) {
	files := quangngai.FS()
	if settings.Knowledge != "" {
		files = os.DirFS(settings.Knowledge)
	}
	base, report := knowledge.Load(files)
	switch {
	case base == nil:
		return nil, nil, refusedBase(settings.Knowledge, report)
	case settings.Desks == "":
		return nil, base, &Problem{
			What: "Chưa có tệp cán bộ trong thiết đặt",
			Cure: "Đặt desks (biến DOITHOAI_DESKS) thành tệp " + desks.FileName,
		}
	}
	file, faults := desks.LoadFile(settings.Desks, desks.World{Places: base.Places, Topics: base.Topics, Zone: settings.Timezone}, now)
	if file == nil {
		return nil, base, &Problem{
			What: fmt.Sprintf("Tệp cán bộ %s có %d lỗi", settings.Desks, len(faults.Errors())),
			Cure: "Chạy «doithoai desks check " + settings.Desks + "» để xem lỗi gì, ở dòng nào, sửa thế nào",
		}
	}
	return file, base, nil
}

// BotName returns what the Telegram bot of the settings is called, "" if there is
// none or Telegram does not say within a few seconds.
func BotName(ctx context.Context, settings *config.Config) string {
	if settings.Telegram.Token == "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	name, err := telegram.BotName(ctx, settings.Telegram.API, settings.Telegram.Token)
	if err != nil {
		return ""
	}
	return name
}

// Writable is a registry without the chats on channels that are not set: nobody
// is written to there.
type Writable struct {
	escalation.Registry
	Settings *config.Config
}

// Chat implements [escalation.Registry].
func (w Writable) Chat(officer string) (bot.ChatID, bool) {
	chat, ok := w.Registry.Chat(officer)
	if !ok {
		return bot.ChatID{}, false
	}
	c := w.Settings
	set := map[string]bool{telegram.Name: c.Telegram.Token != "", zalooa.Name: c.ZaloOA.AppID != "", zalobot.Name: c.ZaloBot.Token != ""}
	return chat, set[chat.Channel]
}

// nobody is the safe of a store that is still to be made.
type nobody struct{}

func (nobody) Value(context.Context, string) ([]byte, error) { return nil, nil }
func (nobody) Swap(context.Context, string, []byte, []byte) (bool, error) {
	return false, nil
}
