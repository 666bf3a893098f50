# The worker and the command line. Builds from the lock file; runs without npm, without a compiler, and not as root.
FROM node:20.19-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY scripts scripts
COPY src src
COPY tsconfig.json greenlane.yaml ./
RUN node scripts/build.mjs && npm prune --omit=dev --no-audit --no-fund

FROM node:20.19-bookworm-slim
# The SDK's native core needs the certificates of the system for TLS; npm and what belongs to it are not needed.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
  && groupadd --system --gid 10001 greenlane \
  && useradd --system --uid 10001 --gid greenlane --home-dir /nonexistent --shell /usr/sbin/nologin greenlane
WORKDIR /app
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json LICENSE ./
USER 10001:10001
ENV NODE_ENV=production GREENLANE_CONFIG=/etc/greenlane/greenlane.yaml GREENLANE_HEALTH_ADDRESS=127.0.0.1:9465
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 \
  CMD ["node", "-e", "fetch(`http://${process.env.GREENLANE_HEALTH_ADDRESS}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Exec form: SIGTERM reaches the worker, which waits for the calls that are out.
ENTRYPOINT ["node", "/app/dist/cli.js"]
CMD ["worker"]
