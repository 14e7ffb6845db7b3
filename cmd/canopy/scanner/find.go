package scanner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"canopy/analysis/image/reference"
	"canopy/model"
)

// Options say which scanner is used, and what it may have. Zero values are the defaults.
type Options struct {
	// Program is trivy, grype, or the path of one of them, whose name has to begin so; "" takes Trivy, else Grype, from PATH.
	Program string
	// Env is the environment that PATH and what the scanner gets are taken from: "NAME=value". Nil is that of the process.
	Env []string
	// Timeout is how long one scan may take, 5 minutes; VersionTimeout how long the question for the version may, 15 seconds.
	Timeout, VersionTimeout time.Duration
	// Grace is how long a scanner that was asked to end may take for it before it is killed, 2 seconds.
	Grace time.Duration
	// Workers is how many scans run at once, 2.
	Workers int
	// MaxAge is how old a result may be that is taken from the cache, 24 hours.
	MaxAge time.Duration
	// MaxOutput bounds what a scanner may write, 256 MiB.
	MaxOutput int64
	// Allow lists from where images may come: what it names is asked for at private addresses too. With none nothing is.
	Allow reference.Allow
	Clock model.Clock
	// Store keeps what is found, and tells what earlier scans have.
	Store *Store
}

// Scanner is a program that scans images.
type Scanner struct {
	options Options
	env     []string
	// name is Trivy or Grype, version what it has told.
	name, path, version string
}

var (
	errNone    = errors.New("neither trivy nor grype is in PATH")
	errProgram = errors.New("want trivy, grype, or the path of one of them")
)

// Find looks for a scanner and asks its version; nothing else is started. Malware is an error even where another scanner is there.
func Find(ctx context.Context, o Options) (*Scanner, error) {
	o.defaults()
	all := o.Env
	if all == nil {
		all = os.Environ()
	}
	s := &Scanner{options: o, env: environment(all)}
	programs := []string{"trivy", "grype"}
	if o.Program != "" {
		programs = []string{o.Program}
	}
	var faults []error
	for _, program := range programs {
		path, err := lookUp(program, value(all, "PATH"))
		if err != nil {
			if o.Program != "" {
				return nil, err
			}
			continue
		}
		err = s.adopt(ctx, path)
		switch {
		case err == nil:
			return s, nil
		case errors.Is(err, ErrMalware) || ctx.Err() != nil:
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		faults = append(faults, fmt.Errorf("%s: %w", path, err))
	}
	if len(faults) == 0 {
		return nil, errNone
	}
	return nil, errors.Join(faults...)
}

func (o *Options) defaults() {
	set := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	set(&o.Timeout, 5*time.Minute)
	set(&o.VersionTimeout, 15*time.Second)
	set(&o.Grace, 2*time.Second)
	set(&o.MaxAge, 24*time.Hour)
	if o.Workers <= 0 {
		o.Workers = 2
	}
	if o.MaxOutput <= 0 {
		o.MaxOutput = 256 << 20
	}
	if o.Clock == nil {
		o.Clock = model.SystemClock{}
	}
	if o.Store == nil {
		o.Store = NewStore("", o.Clock)
	}
}

// lookUp finds a program: a path as it is, a name in the absolute folders of PATH.
func lookUp(program, path string) (string, error) {
	if strings.ContainsAny(program, `/\`) {
		found, err := exec.LookPath(program)
		if err != nil {
			return "", err
		}
		return filepath.Abs(found)
	}
	for _, folder := range filepath.SplitList(path) {
		if !filepath.IsAbs(folder) {
			// The folder that one happens to be in may hold anything.
			continue
		}
		if found, err := exec.LookPath(filepath.Join(folder, program)); err == nil {
			return found, nil
		}
	}
	return "", fmt.Errorf("%s: not found in PATH", program)
}

// adopt takes a program that says of itself to be what its name promises.
func (s *Scanner) adopt(ctx context.Context, path string) error {
	s.path = path
	switch base := strings.ToLower(filepath.Base(path)); {
	case strings.HasPrefix(base, "trivy"):
		s.name = trivy
		if err := inspect(path); err != nil {
			return err
		}
	case strings.HasPrefix(base, "grype"):
		s.name = grype
	default:
		return errProgram
	}
	answer, err := s.ask(ctx, versionArguments(s.name)...)
	if err != nil {
		return fmt.Errorf("asked for its version: %w", err)
	}
	var told struct {
		Version     string `json:"version"`
		Application string `json:"application"`
	}
	if json.Unmarshal(answer, &told) != nil {
		return errNoVersion
	}
	s.version = strings.TrimPrefix(strings.TrimSpace(told.Version), "v")
	if s.name == trivy {
		return checkTrivy(s.version)
	}
	if _, ok := parseVersion(s.version); !ok || told.Application != "" && told.Application != "grype" {
		return errNoVersion
	}
	return nil
}

// ask starts the program with a question, which it answers at once.
func (s *Scanner) ask(ctx context.Context, arguments ...string) ([]byte, error) {
	p := process{path: s.path, arguments: arguments, env: s.env, timeout: s.options.VersionTimeout, grace: s.options.Grace, output: 1 << 20}
	return p.run(ctx)
}

// Name says what scans: "Trivy 0.70.0".
func (s *Scanner) Name() string { return s.name + " " + s.version }

// Path is the program.
func (s *Scanner) Path() string { return s.path }
