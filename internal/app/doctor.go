package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/control"
	"github.com/doithoai/doithoai/internal/store/boltstore"
	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

// Finding is one thing that Examine looked at, told in Vietnamese.
type Finding struct {
	Name string
	Text string
	OK   bool
}

// Examine looks at everything a start needs, without starting, and leaves all
// as it was. One finding does not keep it from the next.
func Examine(ctx context.Context, settings *config.Config) []Finding {
	found := func(name, good string, err error) Finding {
		if err != nil {
			return Finding{name, err.Error(), false}
		}
		return Finding{name, good, true}
	}
	running := serving(ctx, settings)
	store, err := examineStore(ctx, settings, running)
	findings := []Finding{
		found("Thiết đặt", "có kênh để hỏi", refuseSilence(settings)),
		found("Kho lưu", store, err),
	}
	copies, err := examineMedia(mediaFolder(settings))
	findings = append(findings, found("Hình, ghi âm", copies, err))
	base, err := examineKnowledge(settings)
	findings = append(findings, found("Kho kiến thức", base, err))
	if settings.Desks != "" {
		people, err := examineStaff(ctx, settings, time.Now())
		findings = append(findings, found("Cán bộ", people, err))
	}
	for _, address := range []struct{ key, value string }{{"listen", settings.Listen}, {"admin_listen", settings.AdminListen}} {
		if address.value == "" {
			continue
		}
		if running {
			findings = append(findings, found("Địa chỉ "+address.key, address.value+", chương trình đang chạy giữ", nil))
			continue
		}
		err := examineAddress(ctx, address.key, address.value)
		findings = append(findings, found("Địa chỉ "+address.key, address.value+" còn trống", err))
	}
	return findings
}

// examineStore tells the durability class with the state.
func examineStore(ctx context.Context, settings *config.Config, running bool) (string, error) {
	switch {
	case settings.Redis != "":
		return examineRedis(ctx, settings)
	case running:
		return "chương trình đang chạy dùng" + fileClass, nil
	}
	return examineFile(settings.Data)
}

// serving reports whether a server runs on these settings: what it holds is then
// no finding.
func serving(ctx context.Context, settings *config.Config) bool {
	client, err := control.Dial(ctx, socketFile(settings.Data))
	if err != nil {
		return false
	}
	client.Close()
	return true
}

// fileClass is the durability of the embedded store.
const fileClass = "; tin đã nhận còn nguyên khi chương trình bị tắt ngang hay mất điện"

func examineFile(dir string) (string, error) {
	name := filepath.Join(dir, "doithoai.db")
	if _, err := os.Stat(name); err == nil {
		s, err := boltstore.Open(name, boltstore.Options{SweepEvery: -1})
		if err != nil {
			return "", openProblem(dir, name, err)
		}
		if err := s.Close(); err != nil {
			return "", dataProblem(dir, err)
		}
		return name + " lành lặn" + fileClass, nil
	}
	if err := probe(dir); err != nil {
		return "", dataProblem(dir, err)
	}
	return "sẽ được tạo ở " + name + fileClass, nil
}

// probe writes where a folder is or will be made, and leaves nothing behind.
func probe(dir string) error {
	above := dir
	for {
		if _, err := os.Stat(above); err == nil {
			break
		}
		above = filepath.Dir(above)
	}
	file, err := os.CreateTemp(above, ".doithoai-*")
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

func examineMedia(dir string) (string, error) {
	if err := probe(dir); err != nil {
		return "", mediaProblem(dir, err)
	}
	return "giữ ở " + dir + ", một ngày, theo hồ sơ thì 30 ngày", nil
}

func examineKnowledge(settings *config.Config) (string, error) {
	name, files := "kho có sẵn", quangngai.FS()
	if settings.Knowledge != "" {
		name, files = settings.Knowledge, os.DirFS(settings.Knowledge)
	}
	base, report := knowledge.Load(files)
	if base == nil {
		return "", refusedBase(settings.Knowledge, report)
	}
	return fmt.Sprintf("%s, %d mục, %d lời nhắc", name, len(base.IDs()), len(report.Warnings())), nil
}

func examineAddress(ctx context.Context, key, address string) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return listenProblem(key, address, err)
	}
	return listener.Close()
}
