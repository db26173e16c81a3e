package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/editorial"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/knowledge"
)

func newKBDrafts(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "drafts",
		Short: "Lấy lời cán bộ đã trả lời rõ làm bản nháp cho kho",
		Long: `Lấy lời cán bộ trả lời những hồ sơ bà con báo đã rõ, viết thành bản nháp cho người biên tập: mỗi hồ sơ một tệp nhap-….yaml và một câu hỏi thử.
Cán bộ gửi một mục có sẵn thì câu hỏi thành đề nghị thêm cách hỏi cho mục đó, trong de_nghi.yaml.

Tên, số riêng, chỗ ở nhỏ hơn xã được bỏ, chỗ nào bỏ thì ghi [đã bỏ]; máy không bỏ hết được, người biên tập phải đọc lại.
Không bản nháp nào tự vào kho. Mỗi hồ sơ chỉ viết một lần. Kiến nghị, việc gấp, việc kín không lấy.`,
		Example: "  doithoai kb drafts\n  doithoai kb drafts --dir kho/" + knowledge.DraftsFolder,
		Args:    between(0, 0, ""),
	}
	dir := cmd.Flags().String("dir", "", "`THƯ-MỤC` bản nháp (không ghi thì là "+knowledge.DraftsFolder+" trong kho của thiết đặt, hay ở thư mục này)")
	asJSON := cmd.Flags().Bool("json", false, "in kết quả ra JSON, cho máy đọc")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withSettings(cmd, io, func(ctx context.Context, settings *config.Config, log *slog.Logger) error {
			folder, err := draftsFolder(*dir, settings.Knowledge)
			if err != nil {
				return err
			}
			o, err := app.Operate(ctx, settings, log)
			if err != nil {
				return err
			}
			var cases []escalation.Case
			broken, err := eachCase(ctx, o, func(c escalation.Case) { cases = append(cases, c) })
			if err = cmp.Or(err, o.Close()); err != nil {
				return err
			}
			return cmp.Or(writeDrafts(cmd, folder, editorial.Drafts(cases), *asJSON), tellBroken(cmd, broken))
		})
	}
	return cmd
}

// draftsFolder says where drafts go: never where the base would read them as its
// own.
func draftsFolder(dir, base string) (string, error) {
	if dir == "" {
		return filepath.Join(base, knowledge.DraftsFolder), nil
	}
	if base == "" {
		return dir, nil
	}
	parts, err := within(dir, base)
	if err != nil {
		return "", complain("Không hiểu thư mục %s: %v.", dir, err)
	}
	if parts != nil && !slices.Contains(parts, knowledge.DraftsFolder) {
		return "", complain("Thư mục %s nằm trong kho kiến thức, bản nháp sẽ bị đọc như mục thật. Để ngoài kho, hoặc đặt tên là %s.", dir, filepath.Join(base, knowledge.DraftsFolder))
	}
	return dir, nil
}

// within returns the folders on the way from one folder to one in it; nil if it
// does not lie in it.
func within(dir, base string) ([]string, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if base, err = filepath.Abs(base); err != nil {
		return nil, err
	}
	rel, err := filepath.Rel(base, absolute)
	if err != nil {
		return nil, nil //nolint:nilerr // on another disk, so not in it
	}
	parts := strings.Split(filepath.ToSlash(rel), "/")
	if parts[0] == ".." {
		return nil, nil
	}
	return parts, nil
}

func writeDrafts(cmd *cobra.Command, dir string, drafts []editorial.Draft, asJSON bool) error {
	done, err := editorial.Folder{Dir: dir}.Write(drafts)
	if err != nil {
		return complain("Không ghi được vào %s: %v.", dir, err)
	}
	if asJSON {
		return printIndented(cmd, done)
	}
	out := cmd.OutOrStdout()
	if len(done.Drafts)+done.Proposals == 0 {
		fmt.Fprintf(out, "Không có hồ sơ nào mới để viết; đã viết từ trước %d.\n", done.Before)
		return nil
	}
	fmt.Fprintf(out, "Đã viết vào %s: %d bản nháp, %d đề nghị thêm cách hỏi; đã viết từ trước %d.\n", dir, len(done.Drafts), done.Proposals, done.Before)
	for _, name := range done.Drafts {
		fmt.Fprintf(out, "  %s\n", name)
	}
	fmt.Fprint(out, "Người biên tập đọc lại từng bản, bỏ nốt tên và số riêng, tìm căn cứ rồi mới đưa vào kho.\n")
	return nil
}
