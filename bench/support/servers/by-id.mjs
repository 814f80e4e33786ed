/** One process that reads a forecast by its id with the same query code as the prediction service, and sends it. */
import fastify from 'fastify';
import { createDataSource } from '@btcforecast/database';
import { FeedSettings, ForecastQueries, ForecastRepository, ScoreRepository } from '@btcforecast/prediction';

const EVERYTHING = { instruments: null, horizons: null };

process.once('message', async ({ databaseUrl, feed }) => {
  const dataSource = await createDataSource({ url: databaseUrl, applicationName: 'bench' }).initialize();
  const settings = new FeedSettings(feed, 'replay', 'local');
  const scores = new ScoreRepository(dataSource);
  const queries = new ForecastQueries(new ForecastRepository(dataSource), scores, dataSource, settings);
  const server = fastify();
  server.get('/v1/forecasts/by-id/:id', (request) => queries.byId(request.params.id, EVERYTHING));
  await server.listen({ port: 0, host: '127.0.0.1' });
  process.send({ port: server.server.address().port });
});
process.once('disconnect', () => process.exit(0));
