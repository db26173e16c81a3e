package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/control"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/staff"
)

// Backup writes all the store holds to the file, which only this account may
// read, and returns the number of items. The file appears when it is complete
// and durable. One that is there already is kept, unless replace says otherwise.
func (o *Operation) Backup(ctx context.Context, name string, replace bool, at time.Time) (n int, err error) {
	if !replace {
		if _, err := os.Lstat(name); err == nil {
			return 0, &Problem{What: "Tệp " + name + " đã có", Cure: "Chọn tên khác, hoặc thêm --force để ghi đè"}
		}
	}
	temporary, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*") // mode 0600
	if err != nil {
		return 0, fileProblem(name, err)
	}
	n, err = record.WriteBackup(temporary, at, func(show func(record.Item) error) error { return o.export(ctx, show) })
	if _, full := errors.AsType[*fs.PathError](err); full {
		err = fileProblem(name, err)
	}
	if err != nil {
		return n, errors.Join(err, temporary.Close(), os.Remove(temporary.Name()))
	}
	if err := errors.Join(temporary.Sync(), temporary.Close()); err != nil {
		return n, fileProblem(name, errors.Join(err, os.Remove(temporary.Name())))
	}
	if err := os.Rename(temporary.Name(), name); err != nil {
		return n, fileProblem(name, errors.Join(err, os.Remove(temporary.Name())))
	}
	if err := syncFolder(filepath.Dir(name)); err != nil {
		return n, fileProblem(name, err)
	}
	return n, nil
}

// export shows all the store holds, and who is registered as which officer: of
// what is kept under names only that, because the tokens of accounts end with
// their first use elsewhere.
func (o *Operation) export(ctx context.Context, show func(record.Item) error) error {
	if err := o.Export(ctx, show); err != nil {
		return err
	}
	safe, ok := o.Operator.(control.Safe)
	if !ok {
		return control.ErrUnsupported
	}
	register, err := safe.Value(ctx, staff.RegisterName)
	if err != nil || len(register) == 0 {
		return err
	}
	return show(record.Item{Kind: record.ItemOfficers, Value: register})
}

// CanMove returns an error if the store cannot be marked as moved: what a
// running server saves after the backup would be lost.
func (o *Operation) CanMove() error {
	if !o.Live {
		return nil
	}
	return &Problem{
		What: "Dịch vụ đang chạy, chưa dời kho được: tin đến sau lúc chép sẽ mất",
		Cure: "Dừng dịch vụ rồi gõ lại lệnh; chép để dành (không có --move) thì không cần dừng",
	}
}

// Move writes the backup and marks the store as moved to it: it opens no more.
// Whatever goes wrong, the store is as it was, but for what the error says.
func (o *Operation) Move(ctx context.Context, name string, replace bool, at time.Time) (n int, err error) {
	if err := o.CanMove(); err != nil {
		return 0, err
	}
	to, err := filepath.Abs(name)
	if err != nil {
		to = name
	}
	if shared, ok := o.store.(reinstater); ok {
		if err := o.store.Retire(ctx, to); err != nil {
			return 0, errors.Join(err, shared.Reinstate(context.WithoutCancel(ctx)))
		}
		if n, err = o.Backup(ctx, name, replace, at); err != nil {
			return 0, errors.Join(err, shared.Reinstate(context.WithoutCancel(ctx)))
		}
		return n, nil
	}
	if n, err = o.Backup(ctx, name, replace, at); err != nil {
		return 0, err
	}
	if err := o.store.Retire(ctx, to); err != nil {
		return n, &Problem{
			What: fmt.Sprintf("Đã chép %d mục vào %s, nhưng chưa đánh dấu được kho ở đây là đã dời đi", n, name),
			Cure: "Đừng chạy dịch vụ với kho này nữa", Err: err,
		}
	}
	return n, nil
}

// Restored tells what a backup brought.
type Restored struct {
	At    time.Time               // when the backup was made
	Items map[record.ItemKind]int // how many of each kind
}

// Held is how many messages wait for an operator, because they may have been
// sent since the backup was made.
func (r Restored) Held() int { return r.Items[record.ItemDelivery] + r.Items[record.ItemLetter] }

// Restore reads the backup into the store of the settings, which must be empty
// and is made if absent. The whole file is checked before anything is written.
func Restore(ctx context.Context, settings *config.Config, name string, log *slog.Logger) (Restored, error) {
	if settings.Redis == "" {
		if err := refuseRunning(ctx, settings.Data); err != nil {
			return Restored{}, err
		}
	}
	file, err := os.Open(name)
	if err != nil {
		return Restored{}, backupProblem(name, err)
	}
	defer file.Close()
	found, err := survey(ctx, file)
	if err != nil {
		return Restored{}, backupProblem(name, err)
	}
	if err := os.MkdirAll(settings.Data, 0o700); err != nil {
		return Restored{}, dataProblem(settings.Data, err)
	}
	store, err := openOperator(ctx, settings, log, true)
	if err != nil {
		return Restored{}, err
	}
	if _, err = file.Seek(0, 0); err == nil {
		err = restore(ctx, store, record.ReadBackup(file))
	}
	if err = errors.Join(err, store.Close()); errors.Is(err, exchange.ErrNotEmpty) {
		if settings.Redis != "" {
			return Restored{}, &Problem{
				What: "Kho lưu trong Redis không trống, chưa ghi gì vào đó",
				Cure: "Đặt redis_prefix (biến DOITHOAI_REDIS_PREFIX) thành một tên khác rồi gõ lại",
			}
		}
		return Restored{}, &Problem{
			What: "Kho lưu ở " + settings.Data + " không trống, chưa ghi gì vào đó",
			Cure: "Đặt data (biến DOITHOAI_DATA) thành một thư mục mới, hoặc dời tệp " + storeFile(settings.Data) + " đi chỗ khác, rồi gõ lại",
		}
	}
	return found, err
}

// restore brings items into a store, and officers into its safe.
func restore(ctx context.Context, store engine, items iter.Seq2[record.Item, error]) error {
	var register []byte
	err := store.Import(ctx, func(yield func(record.Item, error) bool) {
		for item, err := range items {
			if err == nil && item.Kind == record.ItemOfficers {
				register = item.Value
				continue
			}
			if !yield(item, err) {
				return
			}
		}
	})
	if err != nil || register == nil {
		return err
	}
	safe, ok := store.(control.Safe)
	if !ok {
		return control.ErrUnsupported
	}
	// Where somebody is registered already, that is newer than any backup.
	if _, err := safe.Swap(ctx, staff.RegisterName, nil, register); err != nil {
		return &Problem{What: "Đã phục hồi kho lưu, nhưng chưa ghi được đăng ký của cán bộ", Cure: "Mời lại cán bộ bằng «doithoai officer invite»", Err: err}
	}
	return nil
}

// survey reads the whole file and counts what is in it.
func survey(ctx context.Context, file *os.File) (Restored, error) {
	header, err := record.ReadBackupHeader(file)
	if err == nil {
		_, err = file.Seek(0, 0)
	}
	if err != nil {
		return Restored{}, err
	}
	found := Restored{At: header.At, Items: map[record.ItemKind]int{}}
	for item, err := range record.ReadBackup(file) {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return Restored{}, err
		}
		found.Items[item.Kind]++
	}
	return found, nil
}

func refuseRunning(ctx context.Context, data string) error {
	client, err := control.Dial(ctx, socketFile(data))
	switch {
	case err == nil:
		client.Close()
		return &Problem{What: "Dịch vụ đang chạy với thư mục lưu " + data, Cure: "Dừng dịch vụ rồi gõ lại lệnh"}
	case errors.Is(err, control.ErrNotRunning):
		return nil
	}
	return dialProblem(data, err)
}

func backupProblem(name string, err error) error {
	switch {
	case errors.Is(err, record.ErrVersion):
		return &Problem{
			What: "Bản chép " + name + " do một phiên bản khác của chương trình làm, bản này không đọc được; chưa ghi gì vào kho lưu",
			Cure: "Dùng bản mới hơn của chương trình", Err: err,
		}
	case errors.Is(err, record.ErrCorrupt):
		return &Problem{
			What: "Tệp " + name + " không phải bản chép của Đối Thoại, hoặc đã hỏng hay bị cắt; chưa ghi gì vào kho lưu",
			Cure: "Lấy lại tệp từ nơi giữ nó, hoặc dùng bản chép khác", Err: err,
		}
	case errors.Is(err, context.Canceled):
		return err
	}
	return &Problem{What: "Không đọc được tệp " + name + "; chưa ghi gì vào kho lưu", Cure: "Xem lại tên tệp và quyền đọc", Err: err}
}

func fileProblem(name string, err error) error {
	return &Problem{What: "Không ghi được tệp " + name, Cure: "Xem lại thư mục, quyền ghi và chỗ trống trên ổ đĩa", Err: err}
}

// syncFolder makes a file's being in its folder durable, where that can be asked for.
func syncFolder(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return errors.Join(folder.Sync(), folder.Close())
}
