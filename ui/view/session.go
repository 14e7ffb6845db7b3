package view

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/analysis/admission"
	"canopy/analysis/attack"
	"canopy/analysis/engine"
	"canopy/analysis/exposure"
	"canopy/analysis/image"
	"canopy/analysis/lifecycle"
	"canopy/analysis/network"
	"canopy/analysis/podsecurity"
	"canopy/analysis/proposal"
	"canopy/analysis/rbac"
	"canopy/analysis/remedy"
	"canopy/analysis/secret"
	"canopy/model"
	"canopy/model/cluster"
)

// Session is one cluster that is looked at: what is known of it, and what can be asked for. Reports come by themselves; the
// methods that take a context may wait, so only commands call them.
type Session interface {
	// Name says what is connected to, until a report names its source.
	Name() string
	// Report is the newest report; nil before the first.
	Report() *model.Report
	// Subscribe gives a channel that receives after a new report was published, and the function that ends it. Who is
	// slow misses signals but never the newest report.
	Subscribe() (<-chan struct{}, func())
	// Object fetches one object whole, with literal values masked and without those of Secrets.
	Object(ctx context.Context, ref model.Ref) (*unstructured.Unstructured, error)
	// Locate gives the file and the line of a field, where the object was read from a file.
	Locate(ref model.Ref, path string) (file string, line int, ok bool)
	// Events gives what the cluster reported of an object, the oldest first.
	Events(ref model.Ref) []model.Event
	// Fix makes the documents that end findings; WhatIf says what a plan would change. Neither writes anything.
	Fix(ctx context.Context, findings []*model.Finding) (*remedy.Fix, error)
	WhatIf(ctx context.Context, plan model.Plan) (*engine.Preview, error)
	// Sever makes the documents that carry out a cut of attack paths: just that edit.
	Sever(ctx context.Context, cut model.Cut) (*remedy.Fix, error)
	// Ask calls f with the cluster and what RBAC grants in it, on the goroutine that owns both, with the version of the server:
	// f is quick, copies what it needs, and keeps neither.
	Ask(ctx context.Context, f func(c *cluster.Cluster, access *rbac.Analyser, server string)) error
	// AskNetwork calls f with the cluster, who reaches whom in it, and the ways in from outside, in the same manner.
	AskNetwork(ctx context.Context, f func(c *cluster.Cluster, net *network.Analyser, ways *exposure.Analyser)) error
	// AskImages calls f with the cluster, the images that run in it, and the ways in from outside, AskSecrets with the inventory of its
	// Secrets and what RBAC grants, in the same manner.
	AskImages(ctx context.Context, f func(c *cluster.Cluster, images *image.Analyser, ways *exposure.Analyser)) error
	AskSecrets(ctx context.Context, f func(c *cluster.Cluster, secrets *secret.Analyser, access *rbac.Analyser)) error
	// AskNodes calls f with what is known of nodes and of what keeps them from being patched, in the same manner. Tables is what is known of
	// versions; it is immutable.
	AskNodes(ctx context.Context, f func(*engine.Patching)) error
	Tables() *lifecycle.Tables
	// Measured is what nodes and pods use; the first call begins to measure, unless that is switched off, which its state then says.
	// Metered gives a channel that receives after news of it, and the function that ends it.
	Measured() *model.Usage
	Metered() (<-chan struct{}, func())
	// KubeletsReadable says why the configuration of kubelets cannot be read through the API server, nil where it can; ReadKubelets
	// reads it, once the user has confirmed it, and keeps facts only. No name is all nodes.
	KubeletsReadable(ctx context.Context) error
	ReadKubelets(ctx context.Context, nodes []string, progress func(done, all int)) error
	// AskAttack calls f with what answers questions about paths of attack, in the same manner.
	AskAttack(ctx context.Context, f func(attack.Asker)) error
	// Vulnerabilities reads the lines of a report anew: of one in the cluster, or of a scan that Canopy was given or has made.
	Vulnerabilities(ctx context.Context, scan model.Ref) ([]model.Vulnerability, error)
	// Scanner says what could scan images on demand, and why nothing can: it looks for programs and starts none but to ask their
	// version. Scan scans images by reference, a few at once; what it finds comes as news. It ends with the context.
	Scanner(ctx context.Context) (name string, err error)
	Scan(ctx context.Context, images []model.ScanTarget, progress func(model.ScanProgress)) error
	// Inspectable says why Secrets cannot be read for facts about their values, nil where they can; InspectSecrets reads them, once
	// the user has confirmed it, and keeps facts only. Sweep looks for credentials in custom resources and Events.
	Inspectable() error
	InspectSecrets(ctx context.Context, progress func(done, all int)) error
	Sweep(ctx context.Context, what model.SweepOptions) error
	// Reached lists what opened and closed connections between pods since everything was read, the newest first, as far as
	// the edits of the report go.
	Reached() []engine.Shifted
	// Guard makes the admission policies that keep findings from coming back.
	Guard(ctx context.Context, findings []*model.Finding) (*admission.Guard, error)
	// Propose reads YAML that somebody is about to apply, and gives the plan of it.
	Propose(ctx context.Context, text []byte) (*proposal.Proposal, error)
	// Enforce tells what a namespace would refuse if it enforced a level of Pod Security, at the version of the server.
	Enforce(ctx context.Context, namespace, level string) (*podsecurity.Simulation, error)
	// Writable says why nothing can be written to what is looked at; nil where it can be, once the user confirms it.
	Writable() error
	// Climb asks the server about a plan: may the user do it, a dry run, and pods of every template that changes, up to the rung
	// given. Nothing is kept. What is found is told as it is found; the trial holds all of it.
	Climb(ctx context.Context, plan model.Plan, to model.Rung, progress func(model.Check)) (*model.Trial, error)
	// CarryOut carries a plan out, watches what it rolls out, and looks whether the findings that it was to close, by id, have ended.
	// It writes to the cluster: only what the user has confirmed calls it. On an error too, what was done and its undo are told.
	CarryOut(ctx context.Context, plan model.Plan, trial *model.Trial, closes []string, progress func(model.Check)) (model.Applied, error)
	// ExportUndo writes a plan that takes changes back to a new file that only its owner can read.
	ExportUndo(path string, undo model.Plan) error
	// Export writes findings, all that are given, to a new file, in the format that its name ends in, with what the report
	// that they are shown by says of them. It refuses to overwrite.
	Export(path string, report *model.Report, findings []*model.Finding) error
	// ExportRows writes rows of a screen to a new file, under their titles.
	ExportRows(path string, titles []string, rows [][]string) error
	// ExportFix writes the documents of a fix into a new folder, with what takes them back and what keeps the findings from coming
	// back.
	ExportFix(folder string, fix *remedy.Fix) error
	// Rules lists the catalogue, sorted by id.
	Rules() []*model.Rule
	// Pause holds the source where it plays by itself, as the demo does. It does nothing to a cluster.
	Pause(on bool)
	// Failed is closed when the source has given up; Failure then says why.
	Failed() <-chan struct{}
	Failure() error
	// Close ends the reading and waits for it.
	Close()
}
