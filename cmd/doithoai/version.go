package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Phiên bản của chương trình này",
		Args:  between(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "doithoai %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			fmt.Fprintln(out, "mã nguồn: "+sources())
			base, _ := knowledge.Load(quangngai.FS())
			if base == nil {
				return complain("Kho kiến thức có sẵn bị hỏng. Tải lại chương trình.")
			}
			fmt.Fprintf(out, "kho kiến thức có sẵn: %s, %d mục\n", base.Version(), len(base.IDs()))
			return nil
		},
	}
}

// sources says from which sources the program was built.
func sources() string {
	if commit != "" {
		return commit
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "không rõ"
	}
	told := map[string]string{}
	for _, s := range info.Settings {
		told[s.Key] = s.Value
	}
	text := told["vcs.revision"]
	switch {
	case text == "":
		return "không rõ"
	case told["vcs.modified"] == "true":
		text += ", có sửa thêm"
	}
	return text
}

func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use:       "completion {bash|zsh|fish|powershell}",
		Short:     "Đoạn mã để dòng lệnh tự điền tên lệnh",
		Example:   "  source <(doithoai completion bash)",
		Args:      between(1, 1, "tên của dòng lệnh: bash, zsh, fish hoặc powershell"),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(cmd *cobra.Command, args []string) error {
			root, out := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(out)
			}
			return misuse(cmd, "Không có dòng lệnh «%s»; có bash, zsh, fish, powershell.", args[0])
		},
	}
}
