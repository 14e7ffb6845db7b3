package command

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"canopy/analysis/attack"
	"canopy/analysis/engine"
	"canopy/analysis/image"
	"canopy/analysis/image/reference"
	"canopy/analysis/node"
	"canopy/analysis/secret"
	"canopy/cmd/canopy/settings"
)

// judging is what images and Secrets are judged by.
type judging struct {
	// reports are the files and folders with reports of scanners.
	reports               []string
	allow                 []string
	maxAge, maxImageAge   time.Duration
	rotation, certificate time.Duration
	// jewels are crown jewels besides those of the settings.
	jewels []string
}

// bindJudging declares the flags of what images and Secrets are judged by, for a command that judges.
func bindJudging(c *cobra.Command, j *judging) {
	group(c.Flags(), "Judging flags", func(fs *pflag.FlagSet) {
		fs.StringArrayVar(&j.reports, "reports", nil,
			"Read reports of scanners from this file or folder: Trivy JSON, Grype JSON, SARIF, CycloneDX, OpenVEX, the output of cosign verify; can be repeated. VEX counts for files and --scan alone")
		fs.Var(span{&j.maxAge}, "max-age", "How old the scan of an image may be; 24h without it")
		fs.Var(span{&j.maxImageAge}, "max-image-age", "How long ago an image may have been built; 4320h without it")
		fs.StringArrayVar(&j.allow, "registry-allow", nil,
			"A registry, or a path in one, that images may come from, such as registry.example/team; can be repeated. Without it all may")
		fs.Var(span{&j.rotation}, "max-secret-age", "How long the data of a Secret may stay as it is; 8760h without it")
		fs.Var(span{&j.certificate}, "expiry", "How long before its end a certificate is told; 720h without it")
	})
}

// span is a flag that is a duration over zero: zero would be taken for a flag that is not there.
type span struct{ of *time.Duration }

var errSpan = errors.New("want a duration over zero")

// Set reads it.
func (s span) Set(text string) error {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return err
	case d <= 0:
		return errSpan
	}
	*s.of = d
	return nil
}

func (s span) String() string {
	if s.of == nil || *s.of == 0 {
		return ""
	}
	return s.of.String()
}

// Type names it in the help.
func (s span) Type() string { return "duration" }

// judgingOptions gives what the engine judges by: the flags, over the settings for the context. With it comes where images may come from,
// as written.
func (r *run) judgingOptions(context string) (options engine.Options, allowed []string, err error) {
	j := r.judge
	// What is wrong in the settings is told where they are shown; what is right in them holds.
	paths := r.paths()
	if set, _, err := settings.Load(paths.Config, known(paths.Themes)); err == nil {
		d := set.For(context)
		j.maxAge, j.rotation = cmp.Or(j.maxAge, d.ScanMaxAge), cmp.Or(j.rotation, d.SecretMaxAge)
		if len(j.allow) == 0 {
			j.allow = d.RegistryAllow
		}
		j.jewels = sortedOnce(append(j.jewels, d.Jewels...))
	}
	allow, err := reference.ParseAllow(j.allow)
	if err != nil {
		return engine.Options{}, nil, fmt.Errorf("--registry-allow: %w", err)
	}
	known, problem := r.lifecycles()
	if problem != nil {
		r.warn("canopy: " + problem.Error() + "; the tables of the program hold")
	}
	return engine.Options{
		Attack:  attack.Options{Jewels: j.jewels},
		Nodes:   node.Options{Tables: known},
		Images:  image.Options{MaxAge: j.maxAge, MaxImageAge: j.maxImageAge, Allow: allow},
		Secrets: secret.Options{Rotation: j.rotation, Expiry: j.certificate},
	}, j.allow, nil
}
