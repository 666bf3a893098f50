# The worker and the command line. Builds from the lock file; what runs has Node and nothing to start it from: no shell,
# no package manager, no npm, no compiler, and not root.
#
# Both images are Node 24.18.0 on Debian 13, pinned by digest. To renew them: `docker buildx imagetools inspect` on the
# name before the @ prints the digest of today; the two belong to one version of Node, so that the code cache in dist/ is
# of use.
FROM node:24.18.0-trixie-slim@sha256:ae91dcc111a68c9d2d81ff2a17bda61be126426176fde6fe7d08ab13b7f50573 AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY scripts scripts
COPY src src
COPY tsconfig.json greenlane.yaml ./
RUN node scripts/build.mjs && npm prune --omit=dev --no-audit --no-fund

# It has the C library and the certificates of the system, which the SDK's native core needs, and time zones.
FROM gcr.io/distroless/nodejs24-debian13:nonroot@sha256:af85d11ce7ef10172855a6e3649e3e8125b1b9e3ca41849ec2918036f05cb212
WORKDIR /app
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json LICENSE ./
USER 10001:10001
ENV NODE_ENV=production HOME=/nonexistent GREENLANE_CONFIG=/etc/greenlane/greenlane.yaml GREENLANE_HEALTH_ADDRESS=127.0.0.1:9465
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 \
  CMD ["/nodejs/bin/node", "-e", "fetch(`http://${process.env.GREENLANE_HEALTH_ADDRESS}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Exec form: SIGTERM reaches the worker, which waits for the calls that are out.
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/cli.js"]
CMD ["worker"]
