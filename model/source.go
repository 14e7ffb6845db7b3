package model

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Sink takes what a source sees. Calls come from many goroutines and never block for long.
type Sink interface {
	// Change takes changes in the order in which they happened to each object.
	Change(changes ...Change)
	// Cover takes the new coverage of kinds, or that it is withdrawn. It comes after the changes that it speaks of.
	Cover(coverage ...Coverage)
	// Identify tells what the source is, once it is known and whenever it changes.
	Identify(info SourceInfo)
}

// SourceInfo says what a source is, for the top line of a screen and the head of a report.
type SourceInfo struct {
	// Type is live, capture or demo.
	Type string `json:"type"`
	// Name is the context, or the path of the capture.
	Name string `json:"name"`
	// Server is the version of Kubernetes, such as v1.37.2; empty while unknown.
	Server string `json:"server,omitempty"`
	// ServerCertificate is when the certificate ends that the server itself has shown, in seconds since 1970; zero while unknown.
	ServerCertificate int64 `json:"-"`
}

// Source is where a cluster comes from: a live API server, a capture, the demo.
type Source interface {
	// Run feeds the sink until the context ends. It returns nil then, and an error only where nothing can ever be
	// read; all else is coverage.
	Run(ctx context.Context, sink Sink) error
	// Get fetches one object whole, with secret values left out and literal values masked. ErrNotFound tells that it
	// is not there.
	Get(ctx context.Context, ref Ref) (*unstructured.Unstructured, error)
	// Kinds lists the kinds that the source knows, for commands that name a resource.
	Kinds(ctx context.Context) ([]*Kind, error)
}
