// Command canopy-stock writes the table of the RBAC objects that API servers create at their start, from Kubernetes' own code: for each minor version it makes
// a module that requires this version of Kubernetes, builds ./dump in it, runs it, and merges what all of them print.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"time"
)

// source is the patch that speaks for a minor version.
type source struct {
	minor   int
	version string
}

// sources are the newest patches that the module proxy served when the table was made: go list -m -versions k8s.io/kubernetes
var sources = [...]source{
	{29, "1.29.6"}, {30, "1.30.14"}, {31, "1.31.14"}, {32, "1.32.13"}, {33, "1.33.13"}, {34, "1.34.4"}, {35, "1.35.4"}, {36, "1.36.3"}, {37, "1.37.2"},
}

func main() {
	log.SetFlags(0)
	out := flag.String("out", "", "the file to write")
	date := flag.String("date", time.Now().UTC().Format(time.DateOnly), "the date that the table shall bear")
	flag.Parse()
	if *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*out, *date); err != nil {
		log.Fatal(err)
	}
}

func run(out, date string) error {
	t := newTable(date)
	for _, s := range sources {
		log.Printf("building the policy of Kubernetes %s", s.version)
		dump, err := s.dump()
		if err != nil {
			return fmt.Errorf("kubernetes %s: %w", s.version, err)
		}
		if err := t.add(s, dump); err != nil {
			return fmt.Errorf("kubernetes %s: %w", s.version, err)
		}
	}
	return os.WriteFile(out, []byte(t.String()), 0o644)
}
