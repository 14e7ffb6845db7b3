// Package scanner brings scans of images in from outside the cluster: report files, a cache on disk, and scans on demand with a Trivy or
// Grype that the user has installed.
//
// It starts a program only where it was asked to, never through a shell, with little of the environment, in a process group of its own
// that ends with the scan, and keeps of its answer what a report is and no more.
package scanner
