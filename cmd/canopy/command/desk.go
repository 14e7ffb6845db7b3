package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/analysis/engine"
	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/analysis/rbac"
	"canopy/analysis/remedy"
	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/ui/view"
)

// desk is a session as the dashboard looks at it.
type desk struct {
	*session
	run *run
	// pause holds what plays by itself; nil where nothing does.
	pause func(bool)
}

var _ view.Session = (*desk)(nil)

// Name says what is connected to.
func (d *desk) Name() string { return d.source.Name }

// Report is the newest report.
func (d *desk) Report() *model.Report { return d.engine.Report() }

// Subscribe signals new reports.
func (d *desk) Subscribe() (<-chan struct{}, func()) { return d.engine.Subscribe() }

// Object fetches one object whole, masked.
func (d *desk) Object(ctx context.Context, ref model.Ref) (*unstructured.Unstructured, error) {
	return d.source.Get(ctx, ref)
}

// Locate gives the place of a field in the file that it was read from.
func (d *desk) Locate(ref model.Ref, path string) (string, int, bool) {
	if where := d.source.Locator(); where != nil {
		return where.Locate(ref, path)
	}
	return "", 0, false
}

// Events gives what the cluster reported of an object.
func (d *desk) Events(ref model.Ref) []model.Event {
	source, ok := d.source.Source.(model.EventSource)
	if !ok {
		return nil
	}
	events, _ := source.Events()
	return slices.DeleteFunc(slices.Clone(events), func(e model.Event) bool { return e.Object != ref })
}

// Fix makes the documents that end findings.
func (d *desk) Fix(ctx context.Context, findings []*model.Finding) (*remedy.Fix, error) {
	return d.remedy(ctx, findings)
}

// Sever makes the documents of a cut of attack paths.
func (d *desk) Sever(ctx context.Context, cut model.Cut) (*remedy.Fix, error) {
	return d.sever(ctx, d.Report(), d.rules, cut)
}

// WhatIf says what a plan would change.
func (d *desk) WhatIf(ctx context.Context, plan model.Plan) (*engine.Preview, error) {
	return d.whatIf(ctx, plan)
}

// formats gives the format that the name of a file asks for.
func formats() []struct {
	end    string
	format output.Format
} {
	return []struct {
		end    string
		format output.Format
	}{
		{".junit.xml", output.JUnit}, {".xml", output.JUnit}, {".sarif", output.SARIF}, {".sarif.json", output.SARIF},
		{".json", output.JSON}, {".yaml", output.YAML}, {".yml", output.YAML}, {".csv", output.CSV}, {".txt", output.Wide},
	}
}

var errExportName = errors.New("export: the name must end in .json, .yaml, .csv, .sarif, .junit.xml or .txt")

// Export writes findings to a new file, as they are in a report.
func (d *desk) Export(path string, shown *model.Report, findings []*model.Finding) error {
	var format output.Format
	for _, f := range formats() {
		if strings.HasSuffix(strings.ToLower(path), f.end) && (format == "" || f.format == output.SARIF) {
			format = f.format
		}
	}
	if format == "" {
		return errExportName
	}
	report := output.NewReport(shown, d.rules, release, d.source.Locator(), output.Selection{Findings: findings})
	return create(path, func(w io.Writer) error { return output.Write(w, format, output.Style{Wide: true}, report) })
}

// errExportRows says what rows of a screen can be written as.
var errExportRows = errors.New("export: the name must end in .json, .csv or .txt")

// ExportRows writes rows of a screen to a new file.
func (d *desk) ExportRows(path string, titles []string, rows [][]string) error {
	for _, f := range formats() {
		format := f.format
		if format == output.Wide {
			format = output.Table
		}
		if strings.HasSuffix(strings.ToLower(path), f.end) && slices.Contains(output.RowFormats(), format) {
			return create(path, func(w io.Writer) error { return output.WriteRows(w, format, titles, rows) })
		}
	}
	return errExportRows
}

// create writes a file that was not there before.
func create(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("export: %s is there already, and stays as it is", path)
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := errors.Join(write(output.Guard(file)), file.Close()); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

// Ask asks what RBAC grants.
func (d *desk) Ask(ctx context.Context, f func(*cluster.Cluster, *rbac.Analyser, string)) error {
	return d.engine.Ask(ctx, f)
}

// AskNetwork asks who can talk to whom.
func (d *desk) AskNetwork(ctx context.Context, f func(*cluster.Cluster, *network.Analyser, *exposure.Analyser)) error {
	return d.engine.AskNetwork(ctx, f)
}

// Reached lists what opened and closed connections.
func (d *desk) Reached() []engine.Shifted { return d.engine.Reached() }

// Rules lists the catalogue.
func (d *desk) Rules() []*model.Rule { return d.rules }

// Pause holds what plays by itself.
func (d *desk) Pause(on bool) {
	if d.pause != nil {
		d.pause(on)
	}
}

// Failed is closed when the source has given up.
func (d *desk) Failed() <-chan struct{} { return d.failed }

// Failure says why it did.
func (d *desk) Failure() error {
	why := d.why()
	if why == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", d.source.Name, why)
}

// Close ends the reading.
func (d *desk) Close() { d.close() }
