// The parts of Argo CD that applying what lies in a repository needs, each by the name it is called by: its server,
// its command line and their libraries would make a third of the build.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	applicationController "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	applicationSetController "github.com/argoproj/argo-cd/v3/cmd/argocd-applicationset-controller/commands"
	gitAskPass "github.com/argoproj/argo-cd/v3/cmd/argocd-git-ask-pass/commands"
	repoServer "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
)

var parts = map[string]func() *cobra.Command{
	"argocd-application-controller":    applicationController.NewCommand,
	"argocd-applicationset-controller": applicationSetController.NewCommand,
	"argocd-git-ask-pass":              gitAskPass.NewCommand,
	"argocd-repo-server":               repoServer.NewCommand,
}

func main() {
	name := os.Getenv("ARGOCD_BINARY_NAME")
	if name == "" {
		name = filepath.Base(os.Args[0])
	}
	part, known := parts[name]
	if !known {
		fmt.Fprintf(os.Stderr, "this build of Argo CD has no %q\n", name)
		os.Exit(1)
	}
	if part().Execute() != nil {
		os.Exit(1)
	}
}
