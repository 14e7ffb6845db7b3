// Package rbac answers what the RBAC objects of a cluster grant to a service account. It knows one question only,
// whether an account holds anything beyond discovery, and answers it incrementally.
package rbac
